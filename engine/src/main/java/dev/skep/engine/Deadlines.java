package dev.skep.engine;

import java.time.Duration;

/** How long an engine may take for its answers: whoever waits longer waits for ever. */
final class Deadlines {
  private Deadlines() {}

  /** For a ping, which an engine answers without looking at anything. */
  static final Duration PING = Duration.ofSeconds(5);

  /**
   * For what only looks: an engine that starts fifty containers on a slow disk was seen to take
   * more than ten seconds for a list.
   */
  static final Duration LOOK = Duration.ofSeconds(30);

  /**
   * For what changes a container or a network. A loaded engine was seen to take seconds for a
   * create, and one that fills a new volume from an image copies for longer.
   */
  static final Duration CHANGE = Duration.ofMinutes(2);

  /** What a stop may take beyond the grace period: the kill, and the networks after it. */
  static final Duration STOP_SLACK = Duration.ofMinutes(1);

  /**
   * The grace period of a container that nobody knows any more; a stop that takes longer is asked
   * again.
   */
  static final Duration UNKNOWN_GRACE = Duration.ofMinutes(10);

  /** For the head of a log or of the events; the engine sends it before anything is in them. */
  static final Duration HEAD = Duration.ofSeconds(30);

  /**
   * For the head of a pull, which comes with its first progress: a registry that is slow, and an
   * engine that tries it several times.
   */
  static final Duration PULL_HEAD = Duration.ofMinutes(5);

  /** Between two signs of progress of a pull; a large layer is unpacked in silence. */
  static final Duration PULL_SILENCE = Duration.ofMinutes(10);
}
