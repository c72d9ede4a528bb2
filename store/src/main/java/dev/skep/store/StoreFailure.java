package dev.skep.store;

import dev.skep.store.state.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * The store could not do what was asked for a reason of its own: the disk refused a write, it is
 * closed, it is overloaded. Unlike after a {@link StoreException}, a transaction that failed so may
 * have been committed, unless {@link #nothingChanged} holds; read the state to know.
 */
public final class StoreFailure extends RuntimeException {
  private final boolean nothingChanged;

  public StoreFailure(String message, boolean nothingChanged, @Nullable Throwable cause) {
    super(message, cause);
    this.nothingChanged = nothingChanged;
  }

  /** Whether it is certain that nothing was changed. */
  public boolean nothingChanged() {
    return nothingChanged;
  }
}
