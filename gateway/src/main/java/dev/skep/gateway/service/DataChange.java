package dev.skep.gateway.service;

import dev.skep.store.model.Blob;
import dev.skep.store.model.Service;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.DataVersions;
import java.time.Instant;

/** What new data of a secret or config makes of the services that use it. Pure. */
public final class DataChange {
  private DataChange() {}

  /** Whether the service reads the blob, at whatever version. */
  public static boolean uses(Service service, Blob blob) {
    return DataVersions.of(service.spec(), blob).findAny().isPresent();
  }

  /** Whether the service reads other data of the blob than the present. */
  public static boolean behind(Service service, Blob blob) {
    return DataVersions.of(service.spec(), blob).anyMatch(at -> at != blob.dataVersion());
  }

  /**
   * The service at the blob's present data: an update of its spec, which rolls out as its update
   * config says. A job that is over stays so; its next run reads the new data.
   */
  public static Service of(Service before, Blob blob, Instant now) {
    ServiceSpec spec = DataVersions.at(before.spec(), blob, blob.dataVersion());
    return before.jobStatus() == null
        ? ServiceUpdate.newData(before, spec, now)
        : before.withSpec(spec);
  }
}
