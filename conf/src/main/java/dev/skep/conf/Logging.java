package dev.skep.conf;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * How the daemon logs: each line a constant message, then key-values, on standard error, so that a
 * service manager or a file takes it. In code, because what reads an XML file would stay in the
 * daemon's memory; {@code -Dlogback.configurationFile=FILE} still puts a file in its place.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String OWN = "dev.skep";
  private static final String LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0} %msg %kvp%n%ex{12}";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(standardError(context));
    context.getLogger(OWN).setLevel(Level.INFO);
    // It recommends to open the JDK's inside to it, for speed that a few messages a second do not
    // need.
    quiet(context, "com.hazelcast.instance.impl.HazelcastInstanceFactory");
    // The structures that its warning is about are not used.
    quiet(context, "com.hazelcast.cp");
    // Members that are not there yet, or no more: the leases say which nodes are up.
    quiet(context, "com.hazelcast.internal.server");
    quiet(context, "com.hazelcast.internal.cluster");
    quiet(context, "com.hazelcast.internal.partition");
    // A node that leaves is still asked for a moment by those that have not heard of it.
    quiet(context, "com.hazelcast.spi.impl.operationservice");
    // A host that was busy or asleep is no fault of Skep's.
    quiet(context, "org.apache.ratis.util.JvmPauseMonitor");
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static void quiet(LoggerContext context, String logger) {
    context.getLogger(logger).setLevel(Level.ERROR);
  }

  private static ConsoleAppender<ILoggingEvent> standardError(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  /** Sets the level of Skep's own loggers; the libraries' stay as they are. */
  static void level(String level) {
    if (LoggerFactory.getLogger(OWN) instanceof Logger logger) {
      logger.setLevel(Level.toLevel(level));
    }
  }
}
