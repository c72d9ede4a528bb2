package dev.skep.engine;

import java.util.Locale;

/** The engine's word for what a container is doing. */
public enum ContainerPhase {
  CREATED,
  RUNNING,
  PAUSED,
  RESTARTING,
  REMOVING,
  EXITED,
  DEAD;

  static ContainerPhase parse(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /** Whether its process exists. */
  public boolean alive() {
    return switch (this) {
      case RUNNING, PAUSED, RESTARTING -> true;
      case CREATED, REMOVING, EXITED, DEAD -> false;
    };
  }
}
