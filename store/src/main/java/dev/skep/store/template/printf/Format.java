package dev.skep.store.template.printf;

import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Work;

/**
 * How a printf directive wants its value.
 *
 * @param width in runes; -1 for none
 * @param precision -1 for none
 * @param goSyntax of {@code %#v}
 * @param fieldNames of {@code %+v}
 */
record Format(
    boolean minus,
    boolean plus,
    boolean sharp,
    boolean space,
    boolean zero,
    int width,
    int precision,
    boolean goSyntax,
    boolean fieldNames) {
  static final Format PLAIN = new Format(false, false, false, false, false, -1, -1, false, false);

  /** For a verb v, whose sharp and plus mean something else. */
  Format forValue() {
    return new Format(minus, false, false, space, zero, width, precision, sharp, plus);
  }

  Format withoutZero() {
    return new Format(minus, plus, sharp, space, false, width, precision, goSyntax, fieldNames);
  }

  /** The text with spaces, or zeros at its left, up to the width. */
  String padded(String text, Work work) {
    int missing = width - GoString.runes(text);
    if (missing <= 0) {
      return text;
    }
    work.spend(missing);
    return minus ? text + " ".repeat(missing) : padding(missing) + text;
  }

  String padding(int count) {
    return (zero && !minus ? "0" : " ").repeat(count);
  }
}
