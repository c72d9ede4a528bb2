package dev.skep.store.raft.file;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.json.Json;
import dev.skep.store.seal.Seal;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Op.AnyObject;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ClusterState} as a sealed file of JSON lines: a {@link Head}, then one object per line.
 * It appears under its name complete and synced, or not at all.
 */
public final class SnapshotFile {
  private static final String PARTIAL = ".partial";
  private static final int BUFFER_BYTES = 64 * 1024;

  private SnapshotFile() {}

  /**
   * @param index of the state; the snapshot's own place in the log may be later, when the last
   *     entries changed nothing
   * @param written {@link ClusterState#writtenAt} of each kind
   * @param objects how many lines follow
   */
  private record Head(long index, Map<Kind, Long> written, int objects) {}

  private record Line(@AnyObject SwarmObject object) {}

  public static void write(ClusterState state, Path file, Seal seal) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + PARTIAL);
    try (FileChannel channel =
            FileChannel.open(
                partial,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        OutputStream out =
            new SealedOutput(
                seal, new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES))) {
      writeLine(out, head(state));
      for (Kind kind : Kind.values()) {
        for (SwarmObject object : state.all(kind)) {
          writeLine(out, new Line(object));
        }
      }
      out.flush();
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(partial);
      throw e;
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.syncDirectory(file.toAbsolutePath().getParent());
  }

  public static ClusterState read(Path file, Seal seal) throws IOException {
    try (BufferedReader lines = lines(file, seal)) {
      Head head = Json.readStored(bytes(lines.readLine(), file), Head.class);
      Stream<SwarmObject> objects =
          IntStream.range(0, head.objects).mapToObj(i -> object(lines, file));
      return ClusterState.of(head.index, head.written, objects);
    } catch (UncheckedIOException e) {
      throw unreadable(file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (IllegalArgumentException e) {
      throw new IOException("the snapshot " + file + " is damaged: " + e.getMessage(), e);
    }
  }

  private static BufferedReader lines(Path file, Seal seal) throws IOException {
    BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
    return new BufferedReader(
        new InputStreamReader(new SealedInput(seal, in), StandardCharsets.UTF_8));
  }

  private static IOException unreadable(Path file, Exception e) {
    return new IOException("the snapshot " + file + " is damaged: " + e.getMessage(), e);
  }

  /** Removes what a crash in the middle of {@link #write} left. */
  public static void clean(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + PARTIAL)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static SwarmObject object(BufferedReader lines, Path file) {
    try {
      return Json.readStored(bytes(lines.readLine(), file), Line.class).object;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Head head(ClusterState state) {
    Map<Kind, Long> written = new EnumMap<>(Kind.class);
    int objects = 0;
    for (Kind kind : Kind.values()) {
      written.put(kind, state.writtenAt(kind));
      objects += state.all(kind).size();
    }
    return new Head(state.index(), written, objects);
  }

  private static void writeLine(OutputStream out, Object value) throws IOException {
    out.write(Json.storedBytes(value));
    out.write('\n');
  }

  private static byte[] bytes(@Nullable String line, Path file) throws IOException {
    if (line == null) {
      throw new IOException("the snapshot " + file + " is damaged: it ends too early");
    }
    return line.getBytes(StandardCharsets.UTF_8);
  }
}
