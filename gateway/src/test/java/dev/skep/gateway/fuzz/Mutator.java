package dev.skep.gateway.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Makes wrong bodies out of right ones: values of the wrong kind, size or place, and broken text.
 */
final class Mutator {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int MOST_CHANGES = 4;
  private static final double BROKEN_TEXT = 0.1;

  private static final List<JsonNode> VALUES =
      List.of(
          JSON.nullNode(),
          JSON.booleanNode(true),
          JSON.booleanNode(false),
          JSON.numberNode(0),
          JSON.numberNode(-1),
          JSON.numberNode(1),
          JSON.numberNode(0.5),
          JSON.numberNode(Integer.MAX_VALUE),
          JSON.numberNode(1L << 31),
          JSON.numberNode(65_536),
          JSON.numberNode(Long.MAX_VALUE),
          JSON.numberNode(Long.MIN_VALUE),
          JSON.numberNode(new BigInteger("18446744073709551615")),
          JSON.numberNode(new BigInteger("18446744073709551616")),
          JSON.numberNode(1e308),
          JSON.textNode(""),
          JSON.textNode(" "),
          JSON.textNode("x"),
          JSON.textNode("-"),
          JSON.textNode("="),
          JSON.textNode("/"),
          JSON.textNode("../../etc/passwd"),
          JSON.textNode("a b"),
          JSON.textNode("\u0000"),
          JSON.textNode("\ud83d\udc1d"),
          JSON.textNode("\ud800"),
          JSON.textNode("%s%n{{"),
          JSON.textNode("{{.Service.Name}}"),
          JSON.textNode("{{range $x := .}}"),
          JSON.textNode("node.role==manager"),
          JSON.textNode("node.labels.x in (a, b"),
          JSON.textNode("10.0.0.0/8"),
          JSON.textNode("999.1.1.1/99"),
          JSON.textNode("2001:db8::/64"),
          JSON.textNode("1.5s"),
          JSON.textNode("9223372036854775807"),
          JSON.textNode("YQ=="),
          JSON.textNode("x".repeat(70)),
          JSON.textNode("y".repeat(3_000)),
          JSON.arrayNode(),
          JSON.arrayNode().add(JSON.nullNode()),
          JSON.arrayNode().add("x").add("x"),
          JSON.objectNode(),
          JSON.objectNode().put("", ""),
          JSON.objectNode().put("Name", "x"));

  private final RandomGenerator random;

  Mutator(RandomGenerator random) {
    this.random = random;
  }

  /** One or some changes away from {@code right}; often still right. */
  String mutate(JsonNode right) {
    JsonNode changed = right.deepCopy();
    int changes = random.nextInt(1, MOST_CHANGES + 1);
    for (int i = 0; i < changes; i++) {
      List<Place> places = new ArrayList<>();
      collect(changed, places);
      if (!places.isEmpty()) {
        change(places.get(random.nextInt(places.size())), places);
      }
    }
    String text = changed.toString();
    return random.nextDouble() < BROKEN_TEXT ? broken(text) : text;
  }

  /** A member of an object or an element of an array. */
  private sealed interface Place {
    JsonNode value();

    void put(JsonNode value);

    void remove();
  }

  private record Member(ObjectNode of, String name) implements Place {
    @Override
    public JsonNode value() {
      return of.path(name);
    }

    @Override
    public void put(JsonNode value) {
      of.set(name, value);
    }

    @Override
    public void remove() {
      of.remove(name);
    }
  }

  private record Element(ArrayNode of, int index) implements Place {
    @Override
    public JsonNode value() {
      return of.path(index);
    }

    @Override
    public void put(JsonNode value) {
      if (index < of.size()) {
        of.set(index, value);
      }
    }

    @Override
    public void remove() {
      of.remove(index);
    }
  }

  private static void collect(JsonNode node, List<Place> places) {
    if (node instanceof ObjectNode object) {
      for (String name : names(object)) {
        places.add(new Member(object, name));
        collect(object.get(name), places);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        places.add(new Element(array, i));
        collect(array.get(i), places);
      }
    }
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private void change(Place place, List<Place> places) {
    switch (random.nextInt(7)) {
      case 0, 1 -> place.put(VALUES.get(random.nextInt(VALUES.size())).deepCopy());
      case 2 -> place.remove();
      case 3 -> place.put(places.get(random.nextInt(places.size())).value().deepCopy());
      case 4 -> edit(place);
      case 5 -> {
        if (place instanceof Member(ObjectNode of, String name)) {
          of.set(random.nextBoolean() ? name.toLowerCase(Locale.ROOT) : name + "x", place.value());
        } else if (place instanceof Element(ArrayNode of, int index)) {
          of.add(of.path(index).deepCopy());
        }
      }
      default -> {
        JsonNode deep = place.value().deepCopy();
        for (int i = random.nextInt(1, 60); i > 0; i--) {
          deep =
              random.nextBoolean() ? JSON.arrayNode().add(deep) : JSON.objectNode().set("a", deep);
        }
        place.put(deep);
      }
    }
  }

  /** Another value of the same kind. */
  private void edit(Place place) {
    JsonNode value = place.value();
    if (value.isTextual()) {
      place.put(JSON.textNode(broken(value.asText())));
    } else if (value.isNumber()) {
      place.put(JSON.numberNode(random.nextLong() >> random.nextInt(64)));
    } else if (value.isBoolean()) {
      place.put(JSON.booleanNode(!value.asBoolean()));
    }
  }

  private String broken(String text) {
    if (text.isEmpty()) {
      return "\"";
    }
    int at = random.nextInt(text.length());
    return switch (random.nextInt(4)) {
      case 0 -> text.substring(0, at);
      case 1 -> text.substring(0, at) + text.substring(Math.min(at + 1, text.length()));
      case 2 -> text.substring(0, at) + (char) random.nextInt(1, 0x3000) + text.substring(at);
      default -> text.substring(0, at) + text.substring(random.nextInt(at + 1));
    };
  }
}
