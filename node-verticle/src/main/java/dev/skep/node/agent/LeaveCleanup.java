package dev.skep.node.agent;

import dev.skep.engine.ContainerSummary;
import dev.skep.engine.Engine;
import dev.skep.engine.http.EngineException;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.PrioritySemaphore;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.TaskFiles;
import dev.skep.node.network.NodeNetworks;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a node would leave behind when it leaves its swarm: its own containers and networks,
 * and nobody else's.
 */
public final class LeaveCleanup {
  private static final Logger LOG = LoggerFactory.getLogger(LeaveCleanup.class);

  private static final int ENGINE_CALLS = 8;

  /**
   * A call that was under way when the node began to leave can add a container after the first
   * look.
   */
  private static final int LOOKS = 3;

  private final String nodeId;
  private final Engine engine;
  private final Fibers fibers;
  private final NodeNetworks networks;
  private final TaskFiles files;
  private final AssignmentFile assignmentFile;

  public LeaveCleanup(
      String nodeId,
      Engine engine,
      Fibers fibers,
      NodeNetworks networks,
      TaskFiles files,
      AssignmentFile assignmentFile) {
    this.nodeId = nodeId;
    this.engine = engine;
    this.fibers = fibers;
    this.networks = networks;
    this.files = files;
    this.assignmentFile = assignmentFile;
  }

  /**
   * Removes everything of this node, and says how many containers that were. Throws what the engine
   * says when it cannot.
   */
  public int clear() {
    PrioritySemaphore permits = new PrioritySemaphore(ENGINE_CALLS);
    int removed = 0;
    for (int look = 0; look < LOOKS; look++) {
      List<ContainerSummary> own =
          engine.listContainers(List.of(ContainerRequest.NODE_LABEL + "=" + nodeId)).await();
      if (own.isEmpty()) {
        break;
      }
      List<Future<Void>> removals = new ArrayList<>();
      for (ContainerSummary container : own) {
        removals.add(
            fibers.start(() -> {
              remove(permits, container.id());
              return null;
            }));
      }
      Future.join(removals).await();
      removed += own.size();
    }
    networks.removeAll();
    files.removeAll();
    fibers.blocking(assignmentFile::delete).await();
    LOG.atInfo()
        .addKeyValue("node", nodeId)
        .addKeyValue("containers", removed)
        .log("removed what the swarm had here");
    return removed;
  }

  private void remove(PrioritySemaphore permits, String containerId) {
    permits.acquire(PrioritySemaphore.Urgency.NORMAL).await();
    try {
      engine.removeContainer(containerId).await();
    } catch (EngineException e) {
      if (!e.notFound() && !e.conflict()) {
        throw e;
      }
    } finally {
      permits.release();
    }
  }
}
