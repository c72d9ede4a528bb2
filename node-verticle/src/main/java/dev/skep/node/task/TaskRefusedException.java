package dev.skep.node.task;

/** The task asks for something that cannot be had on this node; the message says what and why. */
public final class TaskRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TaskRefusedException(Exception cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
