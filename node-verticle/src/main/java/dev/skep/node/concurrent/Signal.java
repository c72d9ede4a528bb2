package dev.skep.node.concurrent;

import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Tells those who wait that something happened. Used on one context only. */
public final class Signal {
  private final Set<Promise<Void>> waiting = new LinkedHashSet<>();

  /** Wakes all who wait now. */
  public void fire() {
    List<Promise<Void>> woken = new ArrayList<>(waiting);
    waiting.clear();
    woken.forEach(Promise::tryComplete);
  }

  /** A promise that completes at the next {@link #fire}; to be given back with {@link #forget}. */
  Promise<Void> expect() {
    Promise<Void> promise = Promise.promise();
    waiting.add(promise);
    return promise;
  }

  void forget(Promise<Void> promise) {
    waiting.remove(promise);
  }
}
