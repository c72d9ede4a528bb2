package dev.skep.gateway.proxy;

import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The engine's socket took no connection. The message is fit for the user: which socket, why, and
 * what to do. Answer it with status 503.
 */
public final class EngineUnreachableException extends EngineFailedException {
  private static final int UNAVAILABLE = 503;

  /**
   * Docker's clients look for the first words of Docker's own sentence, so the message begins with
   * them.
   */
  public EngineUnreachableException(ApiEndpoint engine, Throwable cause) {
    super(
        UNAVAILABLE,
        "Cannot connect to the Docker daemon at %s: %s. Is the docker daemon running? %s"
            .formatted(engine, reason(cause), advice(engine, cause)),
        cause);
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
