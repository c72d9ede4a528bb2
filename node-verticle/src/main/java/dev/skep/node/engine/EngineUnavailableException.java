package dev.skep.node.engine;

/**
 * The engine could not be reached, or the connection broke before its answer came: the call may or
 * may not have been carried out.
 */
public final class EngineUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EngineUnavailableException(String message, Throwable cause) {
    super(message, cause, false, false);
  }
}
