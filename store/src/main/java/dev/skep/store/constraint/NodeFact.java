package dev.skep.store.constraint;

import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a constraint's or a preference's key says of a node. */
public final class NodeFact {
  private static final String NODE_LABELS = "node.labels.";
  private static final String ENGINE_LABELS = "engine.labels.";

  private NodeFact() {}

  /** Whether {@code key} is about nodes; labels' names are taken as they are. */
  public static boolean known(String key) {
    return switch (key.toLowerCase(Locale.ROOT)) {
      case "node.id",
          "node.hostname",
          "node.ip",
          "node.role",
          "node.platform.os",
          "node.platform.arch" ->
          true;
      default -> label(key, NODE_LABELS) != null || label(key, ENGINE_LABELS) != null;
    };
  }

  /** What the node has for a known key; empty where it has nothing. */
  public static String of(Node node, String key) {
    NodeDescription about = node.description();
    String nodeLabel = label(key, NODE_LABELS);
    if (nodeLabel != null) {
      return text(node.spec().labels().get(nodeLabel));
    }
    String engineLabel = label(key, ENGINE_LABELS);
    if (engineLabel != null) {
      return text(about.engine().labels().get(engineLabel));
    }
    return switch (key.toLowerCase(Locale.ROOT)) {
      case "node.id" -> node.id();
      case "node.hostname" -> about.hostname();
      case "node.ip" -> text(node.status().addr());
      case "node.role" -> node.spec().role();
      case "node.platform.os" -> text(about.platform().os());
      case "node.platform.arch" -> text(about.platform().architecture());
      default -> throw new IllegalArgumentException("not about nodes: " + key);
    };
  }

  private static @Nullable String label(String key, String prefix) {
    return key.length() > prefix.length() && key.regionMatches(true, 0, prefix, 0, prefix.length())
        ? key.substring(prefix.length())
        : null;
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
