package dev.skep.node.container;

/**
 * A task's secrets or configs cannot be given to it as asked. The message is for the task's error
 * and holds none of their content.
 */
public final class TaskFilesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TaskFilesException(String message) {
    super(message, null, false, false);
  }
}
