package dev.skep.conf.hosts;

import java.util.Locale;

/** What a fault strikes on a host. */
enum Part {
  /** Skep's daemon. */
  SKEP,
  /** The Docker Engine; its containers run on when it is killed. */
  ENGINE,
  /** The host: every process on it, containers too. */
  ALL;

  /** As `test/hosts` has it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
