package dev.skep.store.template.value;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** What templates work with: the few of Go's types that a template of Swarm can meet. */
public sealed interface Value {
  /** {@link GoString}. */
  record Text(String bytes) implements Value {}

  /**
   * @param octet whether it is a byte of a text
   */
  record Int(long number, boolean octet) implements Value {}

  record Real(double number) implements Value {}

  record Bool(boolean truth) implements Value {}

  record Items(List<String> texts) implements Value {}

  /** Labels. */
  record Dict(SortedMap<String, String> texts) implements Value {}

  /** Values by fixed names; unlike in a map of labels, another name is a mistake. */
  record Struct(String type, Map<String, Value> fields) implements Value {
    public boolean pointer() {
      return type.startsWith("*");
    }

    public String plainType() {
      return pointer() ? type.substring(1) : type;
    }
  }

  /** Nothing at all, as in {@code template} without an argument. */
  enum Nothing implements Value {
    NOTHING
  }

  static Value of(long number) {
    return new Int(number, false);
  }

  static Value of(boolean truth) {
    return new Bool(truth);
  }

  /** Whether it counts as true: empty ones and 0 do not. */
  default boolean truth() {
    return switch (this) {
      case Text text -> !text.bytes.isEmpty();
      case Int number -> number.number != 0;
      case Real real -> real.number != 0;
      case Bool bool -> bool.truth;
      case Items items -> !items.texts.isEmpty();
      case Dict dict -> !dict.texts.isEmpty();
      case Struct _ -> true;
      case Nothing _ -> false;
    };
  }

  /** What it points to, if it does. */
  default Value target() {
    return this instanceof Struct struct ? new Struct(struct.plainType(), struct.fields) : this;
  }

  /** Go's name of its type. */
  default String typeName() {
    return switch (this) {
      case Text _ -> "string";
      case Int number -> number.octet ? "uint8" : "int";
      case Real _ -> "float64";
      case Bool _ -> "bool";
      case Items _ -> "[]string";
      case Dict _ -> "map[string]string";
      case Struct struct -> struct.type;
      case Nothing _ -> "<nil>";
    };
  }

  /** A struct of no name, whose type is the list of its fields. */
  static Struct struct(Map<String, Value> fields) {
    return new Struct(
        fields.entrySet().stream()
            .map(field -> field.getKey() + " " + field.getValue().typeName())
            .collect(Collectors.joining("; ", "struct { ", " }")),
        fields);
  }
}
