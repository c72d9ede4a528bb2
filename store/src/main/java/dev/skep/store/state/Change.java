package dev.skep.store.state;

import dev.skep.store.model.SwarmObject;

/** What a committed transaction did to one object. */
public sealed interface Change {
  /** The object as it is now, or as it was last. */
  SwarmObject object();

  record Created(SwarmObject object) implements Change {}

  record Updated(SwarmObject before, SwarmObject object) implements Change {}

  record Deleted(SwarmObject object) implements Change {}
}
