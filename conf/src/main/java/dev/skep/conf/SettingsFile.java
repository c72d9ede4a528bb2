package dev.skep.conf;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A configuration file, setting by setting. What is wrong with it is told with line and column,
 * both from 1. Unknown settings and doubled ones are an error, so that a typing mistake is not a
 * silent default.
 */
final class SettingsFile {
  /** A hundred times what all settings take; a device or a log was not meant. */
  private static final int MAX_BYTES = 1024 * 1024;

  private static final String MAX_HEAP = "max-heap";

  /** The engine's own word, for a list; the option, which may be repeated, is in the singular. */
  private static final String GENERIC_RESOURCES = "node-generic-resources";

  private static final Set<String> NAMES =
      new TreeSet<>(
          Set.of(
              "data-dir",
              "socket",
              "tcp",
              "engine",
              "address",
              "name",
              GENERIC_RESOURCES,
              MAX_HEAP,
              "max-tasks",
              "log-level"));
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

  private final Path file;
  private final Map<String, Node> values = new HashMap<>();

  private SettingsFile(Path file) {
    this.file = file;
  }

  /** Reads a YAML file of at most 1 MiB. Throws {@link StartupException}. */
  static Settings read(Path file) {
    SettingsFile reader = new SettingsFile(file);
    reader.take(reader.root());
    return new Settings(
        reader.path("data-dir"),
        reader.path("socket"),
        reader.words("tcp"),
        reader.word("engine"),
        reader.word("address"),
        reader.word("name"),
        reader.words(GENERIC_RESOURCES),
        reader.word(MAX_HEAP),
        reader.number("max-tasks"),
        reader.word("log-level"));
  }

  /** Absent when the file holds nothing but comments. */
  private @Nullable Node root() {
    try {
      return new Yaml(new LoaderOptions()).compose(new StringReader(text(file)));
    } catch (MarkedYAMLException e) {
      String problem = e.getProblem() == null ? "" : e.getProblem();
      String words = e.getContext() == null ? problem : e.getContext() + ": " + problem;
      Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
      throw unreadable(place(mark), Reason.shown(words));
    } catch (YAMLException e) {
      throw unreadable("", Reason.of(e));
    } catch (CharacterCodingException e) {
      throw unreadable("", "it is no text in UTF-8");
    } catch (IOException e) {
      throw unreadable("", Reason.of(e));
    }
  }

  private static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("it has more than " + MAX_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  private void take(@Nullable Node root) {
    if (root == null || isNull(root)) {
      return;
    }
    if (!(root instanceof MappingNode settings)) {
      throw wrong(root, "it must be settings with their values, such as \"log-level: debug\"");
    }
    for (NodeTuple setting : settings.getValue()) {
      Node key = setting.getKeyNode();
      String name = key instanceof ScalarNode scalar ? scalar.getValue() : "?";
      if (!NAMES.contains(name)) {
        throw wrong(
            key,
            "there is no setting \"%s\"; there are %s"
                .formatted(Reason.shown(name), String.join(", ", NAMES)));
      }
      if (values.put(name, setting.getValueNode()) != null) {
        throw wrong(key, name + " is said twice");
      }
      if (name.equals(MAX_HEAP) && settings.getFlowStyle() == FlowStyle.FLOW) {
        // The launcher reads this one before there is a JVM, and it reads lines.
        throw wrong(key, "max-heap must be on a line of its own, without braces");
      }
    }
  }

  private @Nullable Path path(String name) {
    Node value = said(name);
    if (value == null) {
      return null;
    }
    try {
      return Path.of(scalar(value, name + " must be one word"));
    } catch (InvalidPathException e) {
      throw wrong(value, name + " must be a path: " + Reason.shown(e.getReason()));
    }
  }

  private @Nullable String word(String name) {
    Node value = said(name);
    return value == null ? null : scalar(value, name + " must be one word");
  }

  private @Nullable Long number(String name) {
    Node value = said(name);
    if (value == null) {
      return null;
    }
    String wanted = name + " must be a whole number";
    String digits = scalar(value, wanted);
    if (!WHOLE_NUMBER.matcher(digits).matches()) {
      throw wrong(value, wanted);
    }
    return Long.valueOf(digits);
  }

  private @Nullable List<String> words(String name) {
    Node value = said(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof SequenceNode list)) {
      throw wrong(value, name + " must be a list, such as [a, b]");
    }
    List<String> words = new ArrayList<>();
    for (Node one : list.getValue()) {
      words.add(scalar(one, name + " must be a list of words"));
    }
    return words;
  }

  private @Nullable Node said(String name) {
    Node value = values.get(name);
    return value == null || isNull(value) ? null : value;
  }

  private String scalar(Node value, String otherwise) {
    if (value instanceof ScalarNode scalar && !isNull(value)) {
      return scalar.getValue();
    }
    throw wrong(value, otherwise);
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private StartupException wrong(Node where, String why) {
    return unreadable(place(where.getStartMark()), why);
  }

  private static String place(@Nullable Mark mark) {
    return mark == null
        ? ""
        : ", line %d, column %d".formatted(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private StartupException unreadable(String place, String why) {
    return new StartupException(
        "cannot read the configuration %s%s: %s; conf/skep.yaml shows every setting"
            .formatted(file, place, why));
  }
}
