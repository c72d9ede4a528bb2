package dev.skep.store.template.printf;

import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import dev.skep.store.template.value.Work;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes one value as one of printf's verbs wants it. */
final class Verbs {
  private static final String NIL = "<nil>";

  private final Work work;

  Verbs(Work work) {
    this.work = work;
  }

  String formatted(Value value, int verb, Format format) {
    if (value instanceof Value.Nothing) {
      return verb == 'v' || verb == 'T' ? format.padded(NIL, work) : bad(value, verb, format);
    }
    if (verb == 'T') {
      return text(value.typeName(), 's', format, value);
    }
    return switch (value) {
      case Value.Bool bool ->
          verb == 't' || verb == 'v'
              ? format.padded(Boolean.toString(bool.truth()), work)
              : bad(value, verb, format);
      case Value.Int number -> integer(number, verb, format);
      case Value.Real real -> real(real, verb, format);
      case Value.Text text -> text(text.bytes(), verb, format, value);
      case Value.Items items -> items(items, verb, format);
      case Value.Dict dict -> dict(dict, verb, format);
      case Value.Struct struct -> struct(struct, verb, format);
      case Value.Nothing _ -> NIL;
    };
  }

  /** What Go writes for a verb that does not fit. */
  private String bad(Value value, int verb, Format format) {
    String shown = "%!" + GoString.ofRune(verb) + "(" + value.typeName();
    return value instanceof Value.Nothing
        ? shown + ")"
        : shown + "=" + formatted(value, 'v', format) + ")";
  }

  private String integer(Value.Int value, int verb, Format format) {
    return switch (verb) {
      case 'v' ->
          format.goSyntax() && value.octet()
              ? Integers.written(value.number(), 16, 'v', hex(format), work)
              : Integers.written(value.number(), 10, verb, format, work);
      case 'd' -> Integers.written(value.number(), 10, verb, format, work);
      case 'b' -> Integers.written(value.number(), 2, verb, format, work);
      case 'o', 'O' -> Integers.written(value.number(), 8, verb, format, work);
      case 'x', 'X' -> Integers.written(value.number(), 16, verb, format, work);
      case 'c' -> format.padded(GoString.ofRune(rune(value)), work);
      case 'q' -> format.padded(Quoting.character(rune(value), format.plus()), work);
      case 'U' -> Integers.unicode(value.number(), format, work);
      default -> bad(value, verb, format);
    };
  }

  private static Format hex(Format format) {
    return new Format(
        format.minus(),
        format.plus(),
        true,
        format.space(),
        format.zero(),
        format.width(),
        format.precision(),
        false,
        false);
  }

  private static int rune(Value.Int value) {
    long number = value.number();
    return number < 0 || number > Character.MAX_CODE_POINT ? GoString.INVALID : (int) number;
  }

  private String real(Value.Real value, int verb, Format format) {
    return switch (verb) {
      case 'v', 'g', 'G', 'e', 'E', 'f', 'F' -> Floats.written(value.number(), verb, format, work);
      case 'b', 'x', 'X' -> Floats.binary(value.number(), verb, format, work);
      default -> bad(value, verb, format);
    };
  }

  private String text(String text, int verb, Format format, Value value) {
    return switch (verb) {
      case 'v' ->
          format.goSyntax()
              ? format.padded(Quoting.text(cut(text, format), false, work), work)
              : format.padded(cut(text, format), work);
      case 's' -> format.padded(cut(text, format), work);
      case 'q' -> {
        String cut = cut(text, format);
        yield format.padded(
            format.sharp() && Quoting.canBeRaw(cut)
                ? "`" + cut + "`"
                : Quoting.text(cut, format.plus(), work),
            work);
      }
      case 'x', 'X' -> hexadecimal(text, verb == 'X', format);
      default -> bad(value, verb, format);
    };
  }

  private static String cut(String text, Format format) {
    return format.precision() < 0 ? text : GoString.prefix(text, format.precision());
  }

  private String hexadecimal(String text, boolean upper, Format format) {
    int count =
        format.precision() < 0 ? text.length() : Math.min(text.length(), format.precision());
    work.spend(5L * count);
    String lead = format.sharp() ? "0x" : "";
    String between = format.space() ? " " + lead : "";
    String digits =
        lead
            + text.substring(0, count)
                .chars()
                .mapToObj("%02x"::formatted)
                .collect(Collectors.joining(between));
    String all = count == 0 ? "" : digits;
    return format.padded(upper ? all.toUpperCase(Locale.ROOT) : all, work);
  }

  private String items(Value.Items items, int verb, Format format) {
    String elements =
        items.texts().stream()
            .map(text -> spent(formatted(new Value.Text(text), verb, format)))
            .collect(Collectors.joining(format.goSyntax() ? ", " : " "));
    return format.goSyntax() ? "[]string{" + elements + "}" : "[" + elements + "]";
  }

  private String dict(Value.Dict dict, int verb, Format format) {
    String elements =
        dict.texts().entrySet().stream()
            .map(entry ->
                spent(
                    formatted(new Value.Text(entry.getKey()), verb, format)
                        + ":"
                        + formatted(new Value.Text(entry.getValue()), verb, format)))
            .collect(Collectors.joining(format.goSyntax() ? ", " : " "));
    return format.goSyntax() ? "map[string]string{" + elements + "}" : "map[" + elements + "]";
  }

  private String struct(Value.Struct struct, int verb, Format format) {
    StringBuilder out = new StringBuilder(struct.pointer() ? "&" : "");
    out.append(format.goSyntax() ? struct.plainType() : "").append('{');
    Iterator<Map.Entry<String, Value>> fields = struct.fields().entrySet().iterator();
    while (fields.hasNext()) {
      Map.Entry<String, Value> field = fields.next();
      if (format.goSyntax() || format.fieldNames()) {
        out.append(field.getKey()).append(':');
      }
      out.append(spent(formatted(field.getValue(), verb, format)));
      out.append(!fields.hasNext() ? "" : format.goSyntax() ? ", " : " ");
    }
    return out.append('}').toString();
  }

  private String spent(String made) {
    work.spend(made.length());
    return made;
  }
}
