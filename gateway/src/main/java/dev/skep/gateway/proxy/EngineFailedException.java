package dev.skep.gateway.proxy;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The engine gave no answer that is of use: it was not reached, it was silent for too long, it
 * broke off, or nobody can read what it said. The message is fit for the user.
 */
public sealed class EngineFailedException extends RuntimeException
    permits EngineUnreachableException {
  private static final int BAD_GATEWAY = 502;
  private static final int GATEWAY_TIMEOUT = 504;

  private final int status;

  EngineFailedException(int status, String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.status = status;
  }

  /** No answer in time. */
  public static EngineFailedException silent(ApiEndpoint engine, String what, Duration patience) {
    return new EngineFailedException(GATEWAY_TIMEOUT, silence(engine, what, patience), null);
  }

  /** The words of {@link #silent}. */
  public static String silence(ApiEndpoint engine, String what, Duration patience) {
    return "the Docker daemon at %s did not answer %s within %d s; look at its log, and restart it if it hangs"
        .formatted(engine, what, patience.toSeconds());
  }

  /** Broken off, or unreadable. */
  public static EngineFailedException unusable(String what, String why, @Nullable Throwable cause) {
    return new EngineFailedException(
        BAD_GATEWAY,
        "the Docker daemon gave no usable answer to %s: %s; look at its log, then try again"
            .formatted(what, why),
        cause);
  }

  /** The HTTP status to answer with. */
  public int status() {
    return status;
  }

  /** Never null, unlike an exception's message in general. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
