package dev.skep.store.template;

import java.util.Arrays;

/**
 * A template that cannot be read or expanded. The message says why; what it quotes of the template
 * or its values can be left out, for those that are secret.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What an error shows of a text at most, in characters. */
  private static final int SHOWN = 120;

  private final String masked;

  /**
   * @param pattern with {@code %s} for each of {@code own}
   * @param own words of the template or of its values
   */
  public TemplateException(String pattern, Object... own) {
    this(
        pattern.formatted(
            Arrays.stream(own).map(word -> shortened(word.toString())).toArray(Object[]::new)),
        pattern.formatted(Arrays.stream(own).map(_ -> "***").toArray(Object[]::new)));
  }

  private TemplateException(String message, String masked) {
    super(message, null, false, false);
    this.masked = masked;
  }

  /** The same with words before it. */
  public TemplateException after(String prefix, Object... own) {
    TemplateException head = new TemplateException(prefix, own);
    return new TemplateException(head.getMessage() + getMessage(), head.masked + masked);
  }

  /** The same, showing nothing of the template and its values. */
  TemplateException masked() {
    return new TemplateException(masked, masked);
  }

  static String shortened(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }
}
