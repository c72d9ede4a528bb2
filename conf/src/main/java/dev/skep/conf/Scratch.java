package dev.skep.conf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process's libraries put what they need for a while: Vert.x its cache directories,
 * Netty the native library that it is about to load. In the system's temporary directory each
 * daemon that is killed would leave some behind.
 */
final class Scratch {
  private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);

  private Scratch() {}

  /**
   * Makes it under the data directory, empty. Call it while the data directory is locked, and
   * before any library is used: each reads the property once.
   */
  static Path open(Path dataDir) throws IOException {
    Path directory = dataDir.resolve("tmp").toAbsolutePath();
    clear(directory);
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    System.setProperty("java.io.tmpdir", directory.toString());
    return directory;
  }

  /** What cannot be removed is left: it is in nobody's way. */
  private static void clear(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      try {
        Files.delete(file);
      } catch (IOException e) {
        LOG.atDebug()
            .addKeyValue("file", file)
            .addKeyValue("cause", e.toString())
            .log("not removed");
      }
    }
  }
}
