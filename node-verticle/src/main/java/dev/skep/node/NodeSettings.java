package dev.skep.node;

import dev.skep.store.model.Sensitive;
import dev.skep.store.model.spec.Resources.GenericResource;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who this node is and where its things are.
 *
 * @param nodeKey with which what is said to this node and by it is sealed
 * @param hostname what the node calls itself; null takes the engine's name for its host
 * @param address the node's own address in the cluster
 * @param meshAddress host:port of this node's ingress for other nodes; null while it has none
 * @param engineSocket of the local Docker Engine
 * @param dataDir of this node's agent; made when missing
 * @param memoryDirs directories that may be on a tmpfs, such as /run, in order of preference:
 *     secrets and configs are kept in a folder of this node in the first that is
 * @param genericResources what this node has for tasks to reserve; of the kinds in it, what the
 *     engine says does not count
 */
public record NodeSettings(
    String nodeId,
    Sensitive nodeKey,
    @Nullable String hostname,
    String address,
    @Nullable String meshAddress,
    Path engineSocket,
    Path dataDir,
    List<Path> memoryDirs,
    List<GenericResource> genericResources) {
  public NodeSettings {
    if (nodeId.isBlank()) {
      throw new IllegalArgumentException("a node needs an id");
    }
    memoryDirs = List.copyOf(memoryDirs);
    genericResources = List.copyOf(genericResources);
  }
}
