package dev.skep.engine.http;

import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The engine could not be reached, or its answer did not come, not in time, or not in a form that
 * can be read: the call may or may not have been carried out. The message is fit for the user.
 */
public final class EngineUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final int BAD_GATEWAY = 502;
  private static final int UNAVAILABLE = 503;
  private static final int GATEWAY_TIMEOUT = 504;

  private final int status;

  private EngineUnavailableException(int status, String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.status = status;
  }

  /** Broken off in the middle. */
  public EngineUnavailableException(String message, @Nullable Throwable cause) {
    this(BAD_GATEWAY, message, cause);
  }

  /**
   * The engine's socket took no connection: which one, why, and what to do. Docker's clients look
   * for the first words of Docker's own sentence, so the message begins with them.
   */
  public static EngineUnavailableException unreachable(ApiEndpoint engine, Throwable cause) {
    return new EngineUnavailableException(
        UNAVAILABLE,
        "Cannot connect to the Docker daemon at %s: %s. Is the docker daemon running? %s"
            .formatted(engine, reason(cause), advice(engine, cause)),
        cause);
  }

  /** No answer in time. */
  public static EngineUnavailableException silent(
      ApiEndpoint engine, String what, Duration patience) {
    return new EngineUnavailableException(GATEWAY_TIMEOUT, silence(engine, what, patience), null);
  }

  /** The words of {@link #silent}. */
  public static String silence(ApiEndpoint engine, String what, Duration patience) {
    return "the Docker daemon at %s did not answer %s within %d s; look at its log, and restart it if it hangs"
        .formatted(engine, what, patience.toSeconds());
  }

  /** Broken off, or unreadable. */
  public static EngineUnavailableException unusable(
      String what, String why, @Nullable Throwable cause) {
    return new EngineUnavailableException(
        BAD_GATEWAY,
        "the Docker daemon gave no usable answer to %s: %s; look at its log, then try again"
            .formatted(what, why),
        cause);
  }

  /** The HTTP status for a client that waits for this engine's answer: 502, 503 or 504. */
  public int status() {
    return status;
  }

  /** Never null, unlike an exception's message in general. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  private static String reason(Throwable cause) {
    var text = words(cause);
    if (cause instanceof FileNotFoundException || text.contains("no such file")) {
      return "there is no such socket";
    }
    if (text.contains("permission denied")) {
      return "permission denied";
    }
    if (cause instanceof ConnectException && text.contains("refused")) {
      return "nothing listens there";
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static String advice(ApiEndpoint engine, Throwable cause) {
    if (words(cause).contains("permission denied")) {
      return "Let the user that Skep runs as use " + engine + " (group docker), then try again.";
    }
    return "Start it, or point Skep at the engine's right socket, then try again.";
  }

  private static String words(Throwable cause) {
    @Nullable String message = cause.getMessage();
    return message == null ? "" : message.toLowerCase(Locale.ROOT);
  }
}
