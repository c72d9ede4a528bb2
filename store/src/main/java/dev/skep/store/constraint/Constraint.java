package dev.skep.store.constraint;

import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition on a node, in Swarm's words: a key, {@code ==} or {@code !=}, and a value. Keys and
 * values are compared without regard to case, labels' names with regard to it.
 *
 * <p>Beyond Swarm: {@code *} in a value stands for any characters, itself included; {@code in (a,
 * b)} and {@code not in (a, b)} take several values; and conditions on {@code service.id}, {@code
 * service.name} and {@code service.labels.NAME} ask for nodes that have ({@code ==}) or have not
 * ({@code !=}) a task of such a service.
 *
 * @param key node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch,
 *     node.labels.NAME, engine.labels.NAME or one of the services' keys; any other is accepted, and
 *     no node satisfies it
 * @param operator EQUAL: one of the values is to be met; NOT_EQUAL: none
 */
public record Constraint(String key, Operator operator, List<String> values) {
  /** In the order in which they are looked for. */
  public enum Operator {
    EQUAL("=="),
    NOT_EQUAL("!=");

    private final String text;

    Operator(String text) {
      this.text = text;
    }
  }

  private static final String SERVICE = "service.";
  private static final String SERVICE_LABELS = "service.labels.";
  private static final Pattern KEY = Pattern.compile("[a-zA-Z_][a-zA-Z0-9\\-_.]+");
  private static final Pattern VALUE = Pattern.compile("[a-zA-Z0-9:\\-_\\s.*()?+\\[\\]\\\\^$|/]+");
  private static final Pattern ONE_OF = Pattern.compile("(.*?)\\s+(not\\s+)?in\\s*\\((.*)\\)");

  public Constraint {
    values = List.copyOf(values);
  }

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
        String value = expression.substring(at + operator.text.length());
        return checked(expression.substring(0, at), operator, List.of(value));
      }
    }
    Matcher oneOf = ONE_OF.matcher(expression.strip());
    if (oneOf.matches()) {
      Operator operator = oneOf.group(2) == null ? Operator.EQUAL : Operator.NOT_EQUAL;
      return checked(oneOf.group(1), operator, List.of(oneOf.group(3).split(",", -1)));
    }
    throw new ConstraintException("constraint expected one operator from ==, !=");
  }

  private static Constraint checked(String rawKey, Operator operator, List<String> rawValues) {
    String key = rawKey.strip();
    if (!KEY.matcher(key).matches()) {
      throw new ConstraintException("key '" + key + "' is invalid");
    }
    List<String> values = new ArrayList<>();
    for (String raw : rawValues) {
      String value = raw.strip();
      if (!VALUE.matcher(value).matches()) {
        throw new ConstraintException("value '" + value + "' is invalid");
      }
      values.add(value);
    }
    return new Constraint(key, operator, values);
  }

  /**
   * Whether {@code node} satisfies all of {@code constraints} that are about nodes. Those about
   * services are the placement's: only it knows what is where.
   */
  public static boolean allHold(List<Constraint> constraints, Node node) {
    for (Constraint constraint : constraints) {
      if (!constraint.aboutServices() && !constraint.holds(node)) {
        return false;
      }
    }
    return true;
  }

  /** Whether this asks what else runs on the node. */
  public boolean aboutServices() {
    String lower = key.toLowerCase(Locale.ROOT);
    return lower.equals("service.id")
        || lower.equals("service.name")
        || (lower.startsWith(SERVICE_LABELS) && lower.length() > SERVICE_LABELS.length());
  }

  /** Whether {@code service} is one that this names, whatever the operator. */
  public boolean names(Service service) {
    return switch (key.toLowerCase(Locale.ROOT).substring(SERVICE.length())) {
      case "id" -> among(service.id());
      case "name" -> among(service.name());
      default -> {
        String label = service.spec().labels().get(key.substring(SERVICE_LABELS.length()));
        yield label != null && among(label);
      }
    };
  }

  /** Whether {@code node} satisfies this, which is about nodes. */
  public boolean holds(Node node) {
    if (key.equalsIgnoreCase("node.ip")) {
      return IpRange.matches(values, node.status().addr(), operator);
    }
    return NodeFact.known(key) && among(NodeFact.of(node, key)) == (operator == Operator.EQUAL);
  }

  private boolean among(String actual) {
    for (String value : values) {
      if (value.equalsIgnoreCase(actual) || Glob.matches(value, actual)) {
        return true;
      }
    }
    return false;
  }
}
