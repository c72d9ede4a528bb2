package dev.skep.node.agent;

import dev.skep.engine.EngineInfo;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.Resources;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is known of the host, in the words of a node's description. */
public final class NodeDescriptions {
  private NodeDescriptions() {}

  /**
   * @param own generic resources that the node's settings name; they stand before the engine's of
   *     the same kind
   */
  public static NodeDescription of(
      String hostname, EngineInfo info, List<Resources.GenericResource> own) {
    List<NodeDescription.Plugin> plugins = new ArrayList<>();
    info.plugins()
        .forEach(plugin -> plugins.add(new NodeDescription.Plugin(plugin.type(), plugin.name())));
    plugins.sort(
        Comparator.comparing(NodeDescription.Plugin::type)
            .thenComparing(NodeDescription.Plugin::name));
    List<Resources.GenericResource> generic = new ArrayList<>(own);
    Set<String> ownKinds = own.stream().map(NodeDescriptions::kind).collect(Collectors.toSet());
    for (Object said : info.genericResources()) {
      Resources.GenericResource resource =
          Json.readStored(
              String.valueOf(said).getBytes(StandardCharsets.UTF_8),
              Resources.GenericResource.class);
      if (!ownKinds.contains(kind(resource))) {
        generic.add(resource);
      }
    }
    return new NodeDescription(
        hostname,
        new NodeDescription.Platform(info.architecture(), info.os()),
        new Resources.Reservations(info.nanoCpus(), info.memoryBytes(), generic),
        new NodeDescription.EngineDescription(info.engineVersion(), info.labels(), plugins),
        null);
  }

  private static String kind(Resources.GenericResource resource) {
    Resources.Named named = resource.namedResourceSpec();
    Resources.Discrete discrete = resource.discreteResourceSpec();
    return String.valueOf(named != null ? named.kind() : discrete != null ? discrete.kind() : null);
  }
}
