package dev.skep.engine;

import java.util.Locale;

/** What a container's health check says; NONE when it has none. */
public enum Health {
  NONE,
  STARTING,
  HEALTHY,
  UNHEALTHY;

  static Health parse(String text) {
    return text.isEmpty() ? NONE : valueOf(text.toUpperCase(Locale.ROOT));
  }
}
