package dev.skep.conf.swarm;

import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.model.Json;
import dev.skep.store.model.Sensitive;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * Who this host is in its swarm: what it must remember to come back after a restart. Kept in {@code
 * membership.json} under the data directory, readable by its owner only.
 *
 * @param role worker or manager
 * @param address the node's own address
 * @param controlPort port of its control port
 * @param busSecret name of the event bus's cluster
 * @param managers the managers known when it joined
 * @param members addresses of nodes whose event bus to look for at a start
 */
public record Identity(
    String nodeId,
    String clusterId,
    String role,
    String address,
    int controlPort,
    Sensitive busSecret,
    List<RemoteManager> managers,
    List<String> members) {

  private static final String FILE = "membership.json";

  @SuppressWarnings("RedundantNullCheck") // empty lists are left out of JSON
  public Identity {
    managers = managers == null ? List.of() : List.copyOf(managers);
    members = members == null ? List.of() : List.copyOf(members);
  }

  static Optional<Identity> read(Path dataDir) throws IOException {
    try {
      return Optional.of(
          Json.readStored(Files.readAllBytes(dataDir.resolve(FILE)), Identity.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Writes it so that after a crash either the old or the new one is there, whole. */
  void write(Path dataDir) throws IOException {
    Path next = dataDir.resolve(FILE + ".new");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(
        next,
        Json.stored(this).getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.WRITE,
        StandardOpenOption.SYNC);
    Files.move(
        next,
        dataDir.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(dataDir);
  }

  static void delete(Path dataDir) throws IOException {
    Files.deleteIfExists(dataDir.resolve(FILE));
    syncDirectory(dataDir);
  }

  private static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
