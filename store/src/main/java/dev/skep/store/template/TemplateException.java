package dev.skep.store.template;

/** A template that cannot be expanded. The message says which and why. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public TemplateException(String message) {
    super(message, null, false, false);
  }
}
