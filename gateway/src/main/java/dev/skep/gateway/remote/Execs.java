package dev.skep.gateway.remote;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * On which node a command was prepared that somebody will want to start, resize or inspect. Only
 * those on other nodes are in it. Any thread may call.
 */
final class Execs {
  /** A command is started right after it was prepared; the oldest are of no more use. */
  private static final int KEPT = 4096;

  private final Map<String, String> nodes =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > KEPT;
        }
      };

  synchronized void note(String execId, String nodeId) {
    nodes.put(execId, nodeId);
  }

  synchronized Optional<String> node(String execId) {
    return Optional.ofNullable(nodes.get(execId));
  }
}
