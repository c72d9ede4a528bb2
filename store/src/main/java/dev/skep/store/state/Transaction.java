package dev.skep.store.state;

import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of the cluster's state: all of its steps are taken, in order, or none.
 *
 * @param at when it was decided; becomes the objects' createdAt and updatedAt
 * @param term the leader's term under which it was decided; refused when that term is over. Absent
 *     for changes that any member may ask for.
 */
public record Transaction(Instant at, List<Op> ops, @Nullable Long term) {
  public Transaction {
    ops = List.copyOf(ops);
  }

  public static Builder at(Instant at) {
    return new Builder(at);
  }

  public boolean isEmpty() {
    return ops.isEmpty();
  }

  /** Collects steps. Not thread-safe. */
  public static final class Builder {
    private final Instant at;
    private final List<Op> ops = new ArrayList<>();
    private @Nullable Long term;

    private Builder(Instant at) {
      this.at = at;
    }

    public Builder create(SwarmObject object) {
      ops.add(new Op.Create(object));
      return this;
    }

    /** {@code object} carries the version that it was read with. */
    public Builder update(SwarmObject object) {
      ops.add(new Op.Update(object));
      return this;
    }

    public Builder delete(SwarmObject object) {
      ops.add(new Op.Delete(object.kind(), object.id(), object.version().index()));
      return this;
    }

    public Builder unchanged(Kind kind, ClusterState since) {
      ops.add(new Op.Unchanged(kind, since.index()));
      return this;
    }

    public Builder add(Op op) {
      ops.add(op);
      return this;
    }

    public Builder term(long term) {
      this.term = term;
      return this;
    }

    public Transaction build() {
      return new Transaction(at, ops, term);
    }
  }
}
