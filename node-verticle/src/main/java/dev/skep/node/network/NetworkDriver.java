package dev.skep.node.network;

import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.store.net.IpAddress;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How swarm networks of one kind are made on this node, and how containers join them. {@link
 * NodeNetworks} counts who uses what and calls the driver; the driver keeps no count.
 *
 * <p>Every call may be made again, whether it succeeded, failed half way or was cut off by a crash:
 * it brings things to the same end. Calls for one network never overlap. They wait, on the agent's
 * context.
 *
 * <p>What a driver throws ends in the status of the task, so it says what could not be done, to
 * which network, and why: {@link EngineException} has the engine's words, {@link NetworkException}
 * the driver's. {@link EngineUnavailableException} says that nobody knows whether a call was
 * carried out; it is made again later.
 */
public interface NetworkDriver {
  /** The engine's name for a swarm network on this node, whether it is there or not. */
  String engineName(String networkId);

  /** Makes the network, or what is missing of it. */
  LocalNetwork create(NetworkRequest wanted);

  /**
   * Readies the network for a task's container, which is about to be made.
   *
   * @param address that the task is to have on it; null lets the driver choose
   * @return what the engine is to be told when it makes the container
   */
  Attachment attach(LocalNetwork network, String taskId, @Nullable IpAddress address);

  /** Takes back what {@link #attach} did. The container is gone, or was never made. */
  void detach(String networkId, String taskId);

  /** Removes all of the network from this node. No container may be on it any more. */
  void remove(String networkId);

  /**
   * Makes whole what is broken of a network that containers of an earlier life of the agent are on,
   * and leaves alone what works. A network that is gone stays so: these containers would not be on
   * a new one.
   *
   * @return empty when the network is not on this node
   */
  Optional<LocalNetwork> repair(NetworkRequest wanted);

  /** The ids of the swarm networks of which this node has anything. */
  Set<String> present();
}
