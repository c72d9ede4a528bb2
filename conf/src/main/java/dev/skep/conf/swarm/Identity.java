package dev.skep.conf.swarm;

import dev.skep.conf.Loopback;
import dev.skep.conf.Reason;
import dev.skep.store.bus.NodeKeys;
import dev.skep.store.file.AtomicFile;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.json.Json;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who this host is in its swarm: what it must remember to come back after a restart. Kept in {@code
 * membership.json} under the data directory, readable by its owner only.
 *
 * @param role worker or manager
 * @param address the node's own address
 * @param controlPort port of its control port
 * @param busSecret what members of the event bus prove to know
 * @param nodeKey with which what is said to this node and by it is sealed
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
    Sensitive nodeKey,
    List<RemoteManager> managers,
    List<String> members) {

  private static final String FILE = "membership.json";
  private static final int MAX_PORT = 65_535;

  /** Some tens of thousands of nodes' addresses; it is read at the start. */
  private static final long BYTES_MAX = 1024 * 1024;

  @SuppressWarnings("RedundantNullCheck") // what JSON leaves out; empty lists among it
  public Identity {
    if (nodeId == null || clusterId == null || address == null || busSecret == null) {
      throw new IllegalArgumentException("it lacks a node, a cluster, an address or a bus");
    }
    if (nodeKey == null) {
      throw new IllegalArgumentException(
          "it lacks the node's key, which older versions of Skep did not give; leave the swarm with the version that wrote it");
    }
    if (!NodeKeys.valid(nodeKey)) {
      throw new IllegalArgumentException(
          "its node's key is not %d bytes".formatted(NodeKeys.BYTES));
    }
    if (!Loopback.is(address) || controlPort < 1 || controlPort > MAX_PORT) {
      throw new IllegalArgumentException(
          "%s:%d is no address that a node may have".formatted(Reason.shown(address), controlPort));
    }
    if (!NodeSpec.MANAGER.equals(role) && !NodeSpec.WORKER.equals(role)) {
      throw new IllegalArgumentException("the role \"" + role + "\" is not worker or manager");
    }
    managers = managers == null ? List.of() : List.copyOf(managers);
    members = members == null ? List.of() : List.copyOf(members);
  }

  /** The file below a data directory. */
  public static Path in(Path dataDir) {
    return dataDir.resolve(FILE);
  }

  /**
   * Who this host is; nobody when it is in no swarm. Throws {@link MembershipException} when that
   * cannot be read: a host that does not know its swarm must not take itself for one without.
   */
  @SuppressWarnings("RedundantNullCheck") // JSON may be null
  static Optional<Identity> read(Path dataDir) {
    Path file = in(dataDir);
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new IllegalArgumentException("it has " + Files.size(file) + " bytes");
      }
      Identity read = Json.readStored(Files.readAllBytes(file), Identity.class);
      if (read == null) {
        throw new IllegalArgumentException("it is null");
      }
      return Optional.of(read);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new MembershipException(
          500,
          "cannot read %s, which says who this host is in its swarm: %s; put a copy of it back that this user may read, and start again"
              .formatted(file, Reason.of(e)));
    } catch (IllegalArgumentException e) {
      throw new MembershipException(
          500,
          "%s, which says who this host is in its swarm, is damaged: %s. Put a copy of it back and start again; or, to give the swarm up on this host, move it away (and %s with it)"
              .formatted(file, reason(e), dataDir.resolve("store")));
    }
  }

  /**
   * Writes it so that after a crash either the old or the new one is there, whole. Throws {@link
   * MembershipException} when the disk does not take it; then the old one is there.
   */
  void write(Path dataDir) {
    try {
      AtomicFile.write(in(dataDir), Json.storedBytes(this));
    } catch (IOException e) {
      throw unwritable(dataDir, e);
    }
  }

  /** Throws {@link MembershipException} when {@link #delete} could not do its work. */
  static void requireWritable(Path dataDir) {
    Path probe = dataDir.resolve(FILE + ".probe");
    try {
      Files.deleteIfExists(probe);
      Files.createFile(probe);
      Files.delete(probe);
    } catch (IOException e) {
      throw unwritable(dataDir, e);
    }
  }

  static void delete(Path dataDir) {
    try {
      AtomicFile.delete(in(dataDir));
    } catch (IOException e) {
      throw unwritable(dataDir, e);
    }
  }

  private static MembershipException unwritable(Path dataDir, IOException cause) {
    return new MembershipException(
        500,
        "cannot write %s, which says who this host is in its swarm: %s; make room or make %s writable, then try again"
            .formatted(in(dataDir), reason(cause), dataDir));
  }

  /** In the words of the checks above, where it was one of them; the JSON reader's help nobody. */
  private static String reason(IllegalArgumentException e) {
    Throwable first = e;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return first instanceof IllegalArgumentException
        ? String.valueOf(first.getMessage())
        : "what it holds is no whole membership";
  }

  private static String reason(IOException e) {
    return e instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : String.valueOf(e.getMessage());
  }
}
