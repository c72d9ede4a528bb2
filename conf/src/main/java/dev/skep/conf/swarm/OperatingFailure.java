package dev.skep.conf.swarm;

import dev.skep.conf.Reason;
import dev.skep.conf.StartupException;
import dev.skep.conf.bus.BusException;
import dev.skep.store.StoreFailure;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.state.StoreException;
import java.io.UncheckedIOException;

/** What the host, the network or the engine refused, in one line. */
final class OperatingFailure {
  private OperatingFailure() {}

  /**
   * @param what could not be done
   * @return the failure itself when it is a bug
   */
  static Exception orBug(String what, Exception e) {
    return isRefusal(e) ? new MembershipException(500, "cannot " + what + ": " + Reason.of(e)) : e;
  }

  /** What can come of the world around; everything else is a bug. */
  private static boolean isRefusal(Exception e) {
    return !(e instanceof RuntimeException)
        || e instanceof UncheckedIOException
        || e instanceof BusException
        || e instanceof BusFailure
        || e instanceof StoreException
        || e instanceof StoreFailure
        || e instanceof StartupException;
  }
}
