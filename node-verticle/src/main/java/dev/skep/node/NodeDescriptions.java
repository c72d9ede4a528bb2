package dev.skep.node;

import dev.skep.node.engine.EngineInfo;
import dev.skep.store.model.Json;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Resources;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the engine says of the host, in the words of a node's description. */
final class NodeDescriptions {
  private NodeDescriptions() {}

  static NodeDescription of(String hostname, EngineInfo info) {
    List<NodeDescription.Plugin> plugins = new ArrayList<>();
    info.plugins()
        .forEach(plugin -> plugins.add(new NodeDescription.Plugin(plugin.type(), plugin.name())));
    plugins.sort(
        Comparator.comparing(NodeDescription.Plugin::type)
            .thenComparing(NodeDescription.Plugin::name));
    List<Resources.GenericResource> generic = new ArrayList<>();
    for (Object resource : info.genericResources()) {
      generic.add(
          Json.readStored(
              String.valueOf(resource).getBytes(StandardCharsets.UTF_8),
              Resources.GenericResource.class));
    }
    return new NodeDescription(
        hostname,
        new NodeDescription.Platform(info.architecture(), info.os()),
        new Resources.Reservations(info.nanoCpus(), info.memoryBytes(), generic),
        new NodeDescription.EngineDescription(info.engineVersion(), info.labels(), plugins),
        null);
  }
}
