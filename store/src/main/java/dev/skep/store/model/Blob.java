package dev.skep.store.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Bytes that tasks read as a file: what secrets and configs have in common. Their data may change
 * under the same name and id; a task's reference says which version it reads, and earlier ones are
 * kept for as long as a service is at them or can go back to them.
 */
public sealed interface Blob permits Secret, Config {
  Kind kind();

  String id();

  String name();

  /** The version of the data in the spec: how often it was changed. */
  long dataVersion();

  /** Earlier data that is still kept, oldest first. */
  List<VersionedData> pastData();

  /** The data in the spec. */
  VersionedData currentData();

  /** The object with new data, its present data among the past. */
  SwarmObject withNewData(VersionedData next);

  /** The object with no more of its past data than these versions. */
  SwarmObject keeping(Set<Long> versions);

  /** The data of a version; empty when it is not kept any more. */
  default Optional<VersionedData> data(long version) {
    return version == dataVersion()
        ? Optional.of(currentData())
        : pastData().stream().filter(past -> past.version() == version).findFirst();
  }
}
