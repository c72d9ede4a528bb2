package dev.skep.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A small file that is on the disk, whole, before anything relies on it: written beside its place,
 * synced, renamed, and the directory synced. Methods block; errors are IOExceptions.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Replaces the file: after a crash or an error it is the old one or the new one. Readable by its
   * owner only. The directory must exist. Two writers of one file at once would meet in its {@code
   * .new} file; who calls keeps them apart.
   */
  public static void write(Path file, byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(file.toAbsolutePath().getParent());
  }

  /** Removes the file, if there is one, for good. */
  public static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    syncDirectory(file.toAbsolutePath().getParent());
  }

  /** Makes durable a file that others wrote and put in its place, with the directory above too. */
  public static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Path directory = file.toAbsolutePath().getParent();
    syncDirectory(directory);
    syncDirectory(directory == null ? null : directory.getParent());
  }

  /** Makes what was made, renamed or removed in a directory durable. */
  public static void syncDirectory(@Nullable Path directory) throws IOException {
    if (directory != null) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
