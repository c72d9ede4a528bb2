package dev.skep.scheduler.dispatch;

import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.StatusTaken;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import io.vertx.core.Promise;

/** Something that a node said and that is to be committed; {@code done} once it is. */
public sealed interface Input {
  void fail(Throwable cause);

  record Report(StatusReport said, Promise<StatusTaken> done) implements Input {
    @Override
    public void fail(Throwable cause) {
      done.tryFail(cause);
    }
  }

  record Joined(OpenSession said, Promise<Void> done) implements Input {
    @Override
    public void fail(Throwable cause) {
      done.tryFail(cause);
    }
  }

  record Unfit(String nodeId, String trouble, Promise<Void> done) implements Input {
    @Override
    public void fail(Throwable cause) {
      done.tryFail(cause);
    }
  }

  record Ports(PortReport said, Promise<Void> done) implements Input {
    @Override
    public void fail(Throwable cause) {
      done.tryFail(cause);
    }
  }
}
