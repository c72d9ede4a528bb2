package dev.skep.store.state;

/** A transaction or watch was refused, for a reason that the caller can act on. */
public final class StoreException extends RuntimeException {
  private final transient Refusal refusal;

  public StoreException(Refusal refusal) {
    super(refusal.message(), null, false, false);
    this.refusal = refusal;
  }

  public Refusal refusal() {
    return refusal;
  }
}
