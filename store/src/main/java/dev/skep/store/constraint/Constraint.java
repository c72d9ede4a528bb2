package dev.skep.store.constraint;

import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a node, in Swarm's words: a key, {@code ==} or {@code !=}, and a value. Keys and
 * values are compared without regard to case, labels' names with regard to it. Values are compared
 * whole: characters such as {@code *} are accepted in them, as Swarm accepts them, and mean
 * themselves.
 *
 * @param key node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch,
 *     node.labels.NAME or engine.labels.NAME; any other is accepted, and no node satisfies it
 */
public record Constraint(String key, Operator operator, String value) {
  /** In the order in which they are looked for. */
  public enum Operator {
    EQUAL("=="),
    NOT_EQUAL("!=");

    private final String text;

    Operator(String text) {
      this.text = text;
    }
  }

  private static final String NODE_LABELS = "node.labels.";
  private static final String ENGINE_LABELS = "engine.labels.";
  private static final Pattern KEY = Pattern.compile("[a-zA-Z_][a-zA-Z0-9\\-_.]+");
  private static final Pattern VALUE = Pattern.compile("[a-zA-Z0-9:\\-_\\s.*()?+\\[\\]\\\\^$|/]+");

  /**
   * Reads the expressions of a placement.
   *
   * @throws ConstraintException when one cannot be read
   */
  public static List<Constraint> parse(List<String> expressions) {
    return expressions.stream().map(Constraint::parse).toList();
  }

  /**
   * Reads one expression.
   *
   * @throws ConstraintException when it cannot be read
   */
  public static Constraint parse(String expression) {
    for (Operator operator : Operator.values()) {
      int at = expression.indexOf(operator.text);
      if (at >= 0) {
        String key = expression.substring(0, at).strip();
        if (!KEY.matcher(key).matches()) {
          throw new ConstraintException("key '" + key + "' is invalid");
        }
        String value = expression.substring(at + operator.text.length()).strip();
        if (!VALUE.matcher(value).matches()) {
          throw new ConstraintException("value '" + value + "' is invalid");
        }
        return new Constraint(key, operator, value);
      }
    }
    throw new ConstraintException("constraint expected one operator from ==, !=");
  }

  /** Whether {@code node} satisfies all of {@code constraints}. */
  public static boolean allHold(List<Constraint> constraints, Node node) {
    for (Constraint constraint : constraints) {
      if (!constraint.holds(node)) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code node} satisfies this. */
  public boolean holds(Node node) {
    String lower = key.toLowerCase(Locale.ROOT);
    NodeDescription about = node.description();
    NodeDescription.Platform platform = about.platform();
    return switch (lower) {
      case "node.id" -> compare(node.id());
      case "node.hostname" -> compare(about.hostname());
      case "node.ip" -> NodeAddress.matches(value, node.status().addr(), operator);
      case "node.role" -> compare(node.spec().role());
      case "node.platform.os" -> compare(platform.os());
      case "node.platform.arch" -> compare(platform.architecture());
      default -> {
        if (lower.startsWith(NODE_LABELS) && lower.length() > NODE_LABELS.length()) {
          yield compare(node.spec().labels().get(key.substring(NODE_LABELS.length())));
        }
        if (lower.startsWith(ENGINE_LABELS) && lower.length() > ENGINE_LABELS.length()) {
          yield compare(about.engine().labels().get(key.substring(ENGINE_LABELS.length())));
        }
        yield false;
      }
    };
  }

  private boolean compare(@Nullable String actual) {
    boolean equal = value.equalsIgnoreCase(actual == null ? "" : actual);
    return equal == (operator == Operator.EQUAL);
  }
}
