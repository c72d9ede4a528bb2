package dev.skep.store.bus;

import dev.skep.store.model.Sensitive;
import java.util.Optional;

/** The keys of whatever nodes a test has: all have one and the same. */
public final class TestKeys {
  public static final Sensitive KEY = new Sensitive("A".repeat(43));
  public static final NodeKeys ALL = nodeId -> Optional.of(KEY);

  private TestKeys() {}
}
