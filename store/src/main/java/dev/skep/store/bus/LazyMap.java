package dev.skep.store.bus;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A map that is made when somebody first looks into it, to copy or to write it. Any thread may. */
final class LazyMap extends AbstractMap<String, Object> {
  private final Supplier<Map<String, Object>> maker;
  private @Nullable Map<String, Object> made;

  /**
   * @param maker asked at most once
   */
  LazyMap(Supplier<Map<String, Object>> maker) {
    this.maker = maker;
  }

  @Override
  public synchronized Set<Entry<String, Object>> entrySet() {
    Map<String, Object> known = made;
    if (known == null) {
      known = maker.get();
      made = known;
    }
    return known.entrySet();
  }
}
