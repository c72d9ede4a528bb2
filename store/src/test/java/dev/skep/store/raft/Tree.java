package dev.skep.store.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What lies below a directory, to compare it with what lies there later. */
final class Tree {
  private Tree() {}

  /** Each path with its content; directories with none. */
  static SortedMap<String, String> of(Path root) throws IOException {
    SortedMap<String, String> tree = new TreeMap<>();
    if (Files.exists(root)) {
      for (Path path : paths(root)) {
        tree.put(
            root.relativize(path).toString(),
            Files.isDirectory(path) ? "" : HexFormat.of().formatHex(Files.readAllBytes(path)));
      }
    }
    return tree;
  }

  static void delete(Path root) throws IOException {
    for (Path path : paths(root).reversed()) {
      Files.delete(path);
    }
  }

  private static List<Path> paths(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
