package dev.skep.store.template.printf;

import dev.skep.store.template.value.Value;
import dev.skep.store.template.value.Value.Text;
import dev.skep.store.template.value.Work;
import java.util.List;

/** Values as Go's Sprint and Sprintln write them. */
public final class Sprint {
  private static final Format PLAIN = Format.PLAIN;
  private static final String NO_VALUE = "<no value>";

  private final Work work;
  private final Verbs verbs;

  public Sprint(Work work) {
    this.work = work;
    this.verbs = new Verbs(work);
  }

  /** What an action writes. */
  public String printed(Value value) {
    return value instanceof Value.Nothing ? NO_VALUE : one(value.target());
  }

  private String one(Value value) {
    String text = value instanceof Text t ? t.bytes() : verbs.formatted(value, 'v', PLAIN);
    work.spend(text.length());
    return text;
  }

  Verbs verbs() {
    return verbs;
  }

  /** With a space between two of which neither is a text. */
  public String print(List<Value> args) {
    StringBuilder out = new StringBuilder();
    boolean textBefore = true;
    for (Value arg : args) {
      boolean isText = arg instanceof Text;
      if (!isText && !textBefore) {
        out.append(' ');
      }
      out.append(one(arg));
      textBefore = isText;
    }
    return out.toString();
  }

  public String println(List<Value> args) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < args.size(); i++) {
      out.append(i == 0 ? "" : " ").append(one(args.get(i)));
    }
    return out.append('\n').toString();
  }

  /** What is to be escaped: texts as they are, nothing where there is none. */
  public String joined(List<Value> args) {
    return print(
        args.stream()
            .map(arg -> arg instanceof Value.Nothing ? new Text(NO_VALUE) : arg.target())
            .toList());
  }
}
