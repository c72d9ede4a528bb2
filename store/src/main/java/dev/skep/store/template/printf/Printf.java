package dev.skep.store.template.printf;

import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import dev.skep.store.template.value.Work;
import java.util.List;

/** Reads a format of Go's printf and writes the arguments by it. */
public final class Printf {
  /** A greater width, precision or argument number counts as none, as in Go. */
  private static final int MAX_NUMBER = 1_000_000;

  private final Work work;
  private final Verbs verbs;
  private final StringBuilder out = new StringBuilder();
  private String format = "";
  private List<Value> args = List.of();
  private int at;
  private int arg;
  private boolean reordered;
  private boolean goodArg;
  private boolean afterIndex;

  private boolean minus;
  private boolean plus;
  private boolean sharp;
  private boolean space;
  private boolean zero;
  private int width;
  private int precision;

  public Printf(Work work, Sprint sprint) {
    this.work = work;
    this.verbs = sprint.verbs();
  }

  public String format(String pattern, List<Value> values) {
    format = pattern;
    args = values;
    while (at < format.length()) {
      int percent = format.indexOf('%', at);
      int end = percent < 0 ? format.length() : percent;
      out.append(format, at, end);
      work.spend(end - at);
      at = end;
      if (percent >= 0) {
        at++;
        directive();
      }
    }
    if (!reordered && arg < args.size()) {
      extra();
    }
    return out.toString();
  }

  private void directive() {
    work.step();
    goodArg = true;
    afterIndex = false;
    width = -1;
    precision = -1;
    flags();
    argumentNumber();
    width();
    if (at < format.length() && format.charAt(at) == '.') {
      at++;
      precision();
    }
    if (!afterIndex) {
      argumentNumber();
    }
    if (at >= format.length()) {
      out.append("%!(NOVERB)");
      return;
    }
    int verb = GoString.rune(format, at);
    String shown = format.substring(at, at + GoString.width(format, at));
    at += shown.length();
    if (verb == '%') {
      out.append('%');
    } else if (!goodArg) {
      out.append("%!").append(shown).append("(BADINDEX)");
    } else if (arg >= args.size()) {
      out.append("%!").append(shown).append("(MISSING)");
    } else {
      Format wanted = new Format(minus, plus, sharp, space, zero, width, precision, false, false);
      Value value = args.get(arg++);
      String made = verbs.formatted(value, verb, verb == 'v' ? wanted.forValue() : wanted);
      work.spend(made.length());
      out.append(made);
    }
  }

  private void flags() {
    minus = false;
    plus = false;
    sharp = false;
    space = false;
    zero = false;
    for (; at < format.length(); at++) {
      switch (format.charAt(at)) {
        case '#' -> sharp = true;
        case '0' -> zero = !minus;
        case '+' -> plus = true;
        case ' ' -> space = true;
        case '-' -> {
          minus = true;
          zero = false;
        }
        default -> {
          return;
        }
      }
    }
  }

  /** Reads {@code [3]}, the number of the next argument. */
  private void argumentNumber() {
    afterIndex = false;
    if (at >= format.length() || format.charAt(at) != '[') {
      return;
    }
    reordered = true;
    int close = format.indexOf(']', at + 1);
    if (format.length() - at < 3 || close < 0) {
      at++;
      goodArg = false;
      return;
    }
    int from = at + 1;
    at = from;
    int number = number();
    boolean whole = number >= 0 && at == close;
    at = close + 1;
    afterIndex = whole;
    if (whole && number >= 1 && number <= args.size()) {
      arg = number - 1;
    } else {
      goodArg = false;
    }
  }

  private void width() {
    if (at < format.length() && format.charAt(at) == '*') {
      at++;
      long given = fromArgument();
      if (given == Long.MIN_VALUE) {
        out.append("%!(BADWIDTH)");
      } else {
        width = (int) Math.abs(given);
        minus |= given < 0;
        zero &= given >= 0;
      }
      afterIndex = false;
    } else {
      width = number();
      goodArg &= !(afterIndex && width >= 0);
    }
  }

  private void precision() {
    goodArg &= !afterIndex;
    argumentNumber();
    if (at < format.length() && format.charAt(at) == '*') {
      at++;
      long given = fromArgument();
      if (given < 0) {
        out.append("%!(BADPREC)");
      } else {
        precision = (int) given;
      }
      afterIndex = false;
    } else {
      precision = Math.max(0, number());
    }
  }

  /** The next argument as a width or precision; Long.MIN_VALUE when it is none. */
  private long fromArgument() {
    if (arg >= args.size()) {
      return Long.MIN_VALUE;
    }
    return args.get(arg++) instanceof Value.Int number && Math.abs(number.number()) <= MAX_NUMBER
        ? number.number()
        : Long.MIN_VALUE;
  }

  /** The number that begins here; -1 when none does, or one that is too large. */
  private int number() {
    int from = at;
    int number = 0;
    while (at < format.length() && Character.isDigit(format.charAt(at))) {
      if (number > MAX_NUMBER) {
        at = format.length();
        return -1;
      }
      number = number * 10 + format.charAt(at) - '0';
      at++;
    }
    return at == from ? -1 : number;
  }

  private void extra() {
    out.append("%!(EXTRA ");
    String separator = "";
    for (Value value : args.subList(arg, args.size())) {
      out.append(separator).append(value.typeName());
      if (!(value instanceof Value.Nothing)) {
        out.append('=').append(verbs.formatted(value, 'v', Format.PLAIN));
      }
      separator = ", ";
    }
    out.append(')');
  }
}
