package dev.skep.engine.http;

import org.jspecify.annotations.Nullable;

/**
 * The engine could not be reached, or its answer did not come, not in time, or not in a form that
 * can be read: the call may or may not have been carried out.
 */
public final class EngineUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EngineUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
  }
}
