package dev.skep.engine.http;

/** The engine answered, and its answer was no. The message is the engine's own. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  public EngineException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** The HTTP status of the answer. */
  public int status() {
    return status;
  }

  public boolean notFound() {
    return status == 404;
  }

  public boolean conflict() {
    return status == 409;
  }
}
