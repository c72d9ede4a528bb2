package dev.skep.store.state;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Config;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;

/** One step of a {@link Transaction}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Op.Create.class, name = "create"),
  @JsonSubTypes.Type(value = Op.Update.class, name = "update"),
  @JsonSubTypes.Type(value = Op.Delete.class, name = "delete"),
  @JsonSubTypes.Type(value = Op.Unchanged.class, name = "unchanged")
})
public sealed interface Op {
  /**
   * Adds an object whose id is new; refused when the id or (where names are unique) the name is
   * taken.
   */
  record Create(@AnyObject SwarmObject object) implements Op {}

  /** Replaces the object of that id; refused unless {@code object.version()} is the stored one. */
  record Update(@AnyObject SwarmObject object) implements Op {}

  /**
   * Removes an object; refused when there is none.
   *
   * @param expected index of the version that must still be the stored one; 0 for any
   */
  record Delete(Kind kind, String id, long expected) implements Op {}

  /**
   * Changes nothing: refuses the transaction when any object of the kind was written after {@code
   * since}. For decisions that looked at a whole kind, such as whether a secret is in use or a port
   * is free.
   *
   * @param since index of the snapshot that was looked at
   */
  record Unchanged(Kind kind, long since) implements Op {}

  /** Writes a stored object with its kind around it. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Cluster.class, name = "cluster"),
    @JsonSubTypes.Type(value = Node.class, name = "node"),
    @JsonSubTypes.Type(value = Service.class, name = "service"),
    @JsonSubTypes.Type(value = Task.class, name = "task"),
    @JsonSubTypes.Type(value = Network.class, name = "network"),
    @JsonSubTypes.Type(value = Secret.class, name = "secret"),
    @JsonSubTypes.Type(value = Config.class, name = "config")
  })
  @com.fasterxml.jackson.annotation.JacksonAnnotationsInside
  @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
  @interface AnyObject {}
}
