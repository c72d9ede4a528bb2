package dev.skep.store.state;

import dev.skep.store.model.Blob;
import dev.skep.store.model.Config;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.VersionedData;
import dev.skep.store.model.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What there is of everything, as far as {@link Limits} count it. Tasks are the leader's and not
 * counted here: the services say how many there can be.
 *
 * @param objects that users made
 * @param bytes that these take, about
 * @param tasks that all services ask for
 */
public record Totals(long objects, long bytes, long tasks) {
  public static final Totals NONE = new Totals(0, 0, 0);

  /** What an object takes beside its own data: its place in the tables, its name, its times. */
  private static final int OVERHEAD_BYTES = 1024;

  /** What {@code object} counts for. */
  public static Totals of(SwarmObject object) {
    return switch (object) {
      case Task _ -> NONE;
      case Service service -> new Totals(1, bytes(service), service.askedTasks());
      default -> new Totals(1, bytes(object), 0);
    };
  }

  /** About how many bytes an object takes: those of its JSON, and what every object takes. */
  private static long bytes(SwarmObject object) {
    return OVERHEAD_BYTES
        + switch (object) {
          // Their data is nearly all of them, and may be large.
          case Config config -> data(config) + text(config.spec().labels());
          case Secret secret -> data(secret) + text(secret.spec().labels());
          default -> Json.storedLength(object);
        };
  }

  private static long data(Blob blob) {
    long bytes = blob.currentData().data().text().length();
    for (VersionedData past : blob.pastData()) {
      bytes += past.data().text().length();
    }
    return bytes;
  }

  private static long text(Map<String, String> labels) {
    long bytes = 0;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      bytes += label.getKey().length() + label.getValue().length();
    }
    return bytes;
  }

  /** With {@code after} in the place of {@code before}; either may be absent. */
  Totals changed(@Nullable SwarmObject before, @Nullable SwarmObject after) {
    return plus(after == null ? NONE : of(after), 1).plus(before == null ? NONE : of(before), -1);
  }

  /** Both together. */
  public Totals and(Totals other) {
    return plus(other, 1);
  }

  /** Without what {@code other} counts for. */
  public Totals without(Totals other) {
    return plus(other, -1);
  }

  /** How much more of each there is than before; what became less counts as nothing. */
  Totals growthFrom(Totals before) {
    return new Totals(
        Math.max(0, objects - before.objects),
        Math.max(0, bytes - before.bytes),
        Math.max(0, tasks - before.tasks));
  }

  private Totals plus(Totals other, int times) {
    return other.equals(NONE)
        ? this
        : new Totals(
            objects + times * other.objects,
            bytes + times * other.bytes,
            tasks + times * other.tasks);
  }
}
