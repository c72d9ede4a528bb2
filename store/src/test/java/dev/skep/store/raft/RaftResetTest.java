package dev.skep.store.raft;

import dev.skep.store.ResetContract;
import dev.skep.store.Store;
import dev.skep.testkit.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** A member that was set apart until the others' log had let go of what it lacks. */
class RaftResetTest extends ResetContract {
  @TempDir Path directory;

  @Override
  protected Lagging lagging() {
    SimulatedNetwork network = new SimulatedNetwork(1);
    Group group = Group.found(directory, network);
    String behind = group.follower();
    return new Lagging() {
      @Override
      public Store store() {
        return group.store(behind);
      }

      @Override
      public void commit(String service) {
        group.commit(group.leader(), service);
        Await.until(
            "the member is as far as the leader",
            () -> store().state().index() == group.store(group.leader()).state().index());
      }

      @Override
      public void lose() {
        network.setApart(behind);
      }

      @Override
      public void miss(String service) {
        group.commitLarge(group.leaderBut(behind), service);
      }

      @Override
      public void catchUp() {
        network.heal();
      }

      @Override
      public void close() {
        group.close();
      }
    };
  }
}
