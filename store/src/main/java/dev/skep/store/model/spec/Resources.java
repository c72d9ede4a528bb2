package dev.skep.store.model.spec;

import dev.skep.store.model.json.Copies;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a task may use at most and what is set aside for it. */
public record Resources(
    @Nullable Limits limits,
    @Nullable Reservations reservations,
    @Nullable Long swapBytes,
    @Nullable Long memorySwappiness) {

  /**
   * @param nanoCpus billionths of a processor
   * @param memoryBytes bytes
   * @param pids processes; 0 is unlimited
   */
  public record Limits(@Nullable Long nanoCpus, @Nullable Long memoryBytes, @Nullable Long pids) {}

  /** The same units as {@link Limits}; also what a node has. */
  public record Reservations(
      @Nullable Long nanoCpus, @Nullable Long memoryBytes, List<GenericResource> genericResources) {
    public static final Reservations NONE = new Reservations(null, null, List.of());

    public Reservations {
      genericResources = Copies.list(genericResources);
    }

    /** Billionths of a processor, 0 when not said. */
    public long nanoCpusOrZero() {
      return nanoCpus == null ? 0 : nanoCpus;
    }

    /** Bytes, 0 when not said. */
    public long memoryBytesOrZero() {
      return memoryBytes == null ? 0 : memoryBytes;
    }
  }

  /** A resource that users name: either a named one or a number of them. */
  public record GenericResource(
      @Nullable Named namedResourceSpec, @Nullable Discrete discreteResourceSpec) {}

  public record Named(@Nullable String kind, @Nullable String value) {}

  public record Discrete(@Nullable String kind, @Nullable Long value) {}
}
