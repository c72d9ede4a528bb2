package dev.skep.store.model;

import java.time.Instant;

/**
 * What every stored object has. The store writes version and times when a transaction is applied;
 * callers leave them as they read them.
 */
public sealed interface SwarmObject permits Cluster, Node, Service, Task, Network, Secret, Config {
  String id();

  Version version();

  Instant createdAt();

  Instant updatedAt();

  Kind kind();

  /**
   * The name by which users call it; unique within kinds for which {@link Kind#uniqueNames} holds.
   */
  String name();

  /** The same object as the store stamps it. */
  SwarmObject stamped(Version version, Instant createdAt, Instant updatedAt);
}
