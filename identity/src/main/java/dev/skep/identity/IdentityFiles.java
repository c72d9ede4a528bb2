package dev.skep.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A node's certificate, key and trusted roots on its disk: {@code node.crt}, {@code node.key} and
 * {@code ca.crt} in a directory of their own, readable by the daemon's user only.
 *
 * <p>The three belong together and change together: they are written into a directory beside, which
 * then takes the place of the old one. After a crash at any moment the old three are there or the
 * new three. Methods block; safe for use by several threads of one process.
 */
public final class IdentityFiles {
  /** The node's certificate first, then those that lead to a root. */
  public static final String CERTIFICATE = "node.crt";

  public static final String KEY = "node.key";

  /** All roots that are trusted. */
  public static final String ROOTS = "ca.crt";

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_S_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_S_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path directory;
  private final Path parent;

  /** Written whole before the directory moves aside; a part of a write when that has not moved. */
  private final Path fresh;

  /** The directory, while the fresh one takes its place. */
  private final Path old;

  /** What is kept. */
  public record Kept(NodeCertificate certificate, List<RootCertificate> roots) {}

  /**
   * @param directory need not exist; its parent must
   */
  public IdentityFiles(Path directory) {
    this.directory = directory.toAbsolutePath();
    parent = this.directory.resolveSibling("");
    fresh = beside(".new");
    old = beside(".old");
  }

  private Path beside(String suffix) {
    return directory.resolveSibling(directory.getFileName() + suffix);
  }

  /** Replaces all three. Throws {@link IdentityException} when the disk does not take them. */
  public synchronized void write(NodeCertificate certificate, List<RootCertificate> roots) {
    try {
      settle();
      remove(fresh);
      Files.createDirectory(fresh, OWNER_S_DIRECTORY);
      write(CERTIFICATE, certificate.chain().pem());
      write(KEY, certificate.privateKeyPem());
      write(ROOTS, RootCertificate.pem(roots));
      sync(fresh);
      if (Files.exists(directory)) {
        move(directory, old);
      }
      move(fresh, directory);
      remove(old);
    } catch (IOException e) {
      throw new IdentityException(
          "cannot write this node's certificate to %s: %s; make room, or make it writable for this user"
              .formatted(directory, reason(e)),
          e);
    }
  }

  /**
   * What was written last; nothing when nothing was. Throws {@link IdentityException} when it
   * cannot be read: a host that has lost its certificate must not take itself for one that has
   * none.
   */
  public synchronized Optional<Kept> read() {
    try {
      settle();
      if (!Files.exists(directory)) {
        return Optional.empty();
      }
      NodeCertificate certificate = NodeCertificate.parse(text(CERTIFICATE), text(KEY));
      return Optional.of(new Kept(certificate, RootCertificate.parseAll(text(ROOTS))));
    } catch (IOException e) {
      throw unreadable(reason(e), e);
    } catch (IdentityException e) {
      throw unreadable(String.valueOf(e.getMessage()), e);
    }
  }

  private IdentityException unreadable(String reason, Exception cause) {
    return new IdentityException(
        "cannot read this node's certificate in %s: %s; put a copy back that this user may read, or leave the swarm and join again"
            .formatted(directory, reason),
        cause);
  }

  /** Removes all three for good. */
  public synchronized void delete() {
    try {
      settle();
      remove(fresh);
      if (Files.exists(directory)) {
        move(directory, fresh);
        remove(fresh);
      }
    } catch (IOException e) {
      throw new IdentityException(
          "cannot remove this node's certificate from %s: %s; remove it by hand"
              .formatted(directory, reason(e)),
          e);
    }
  }

  /** Ends what a crash left of a write since its first move. */
  private void settle() throws IOException {
    if (!Files.exists(directory) && Files.exists(old)) {
      move(Files.exists(fresh) ? fresh : old, directory);
    }
    remove(old);
  }

  private void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    sync(parent);
  }

  private void write(String name, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            fresh.resolve(name),
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            OWNER_S_FILE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private String text(String name) throws IOException {
    Path file = directory.resolve(name);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(Pem.CHARACTERS_MAX + 1);
      if (bytes.length > Pem.CHARACTERS_MAX) {
        throw new IdentityException(
            "%s has more than %d bytes".formatted(name, Pem.CHARACTERS_MAX));
      }
      return new String(bytes, StandardCharsets.US_ASCII);
    }
  }

  private void remove(Path written) throws IOException {
    for (String name : List.of(KEY, CERTIFICATE, ROOTS)) {
      Files.deleteIfExists(written.resolve(name));
    }
    if (Files.deleteIfExists(written)) {
      sync(parent);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof FileSystemException file) {
      String reason = file.getReason() == null ? "it is not there" : file.getReason();
      return "%s: %s".formatted(file.getFile(), reason);
    }
    return String.valueOf(e.getMessage());
  }
}
