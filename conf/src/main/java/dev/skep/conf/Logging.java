package dev.skep.conf;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets the level of Skep's own loggers; the libraries' stay as logback.xml has them. */
final class Logging {
  private Logging() {}

  static void level(String level) {
    if (LoggerFactory.getLogger("dev.skep") instanceof Logger logger) {
      logger.setLevel(Level.toLevel(level));
    }
  }
}
