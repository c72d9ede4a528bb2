package dev.skep.store.raft;

import dev.skep.testkit.Await;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Two who write without end, each at one of the members that run, and note what was accepted. */
final class Writers implements AutoCloseable {
  private static final int WRITERS = 2;

  /** Between two steps of a test so many writes come through. */
  private static final int MORE = 10;

  private final Group group;
  private final List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicBoolean stopped = new AtomicBoolean();

  Writers(Group group) {
    this.group = group;
    for (int writer = 0; writer < WRITERS; writer++) {
      String name = "w" + writer + "-";
      threads.add(Thread.ofPlatform().daemon().start(() -> write(name)));
    }
  }

  private void write(String name) {
    for (int i = 0; !stopped.get(); i++) {
      List<RaftStore> running = group.running();
      String service = name + i;
      Future<?> commit = running.get(i % running.size()).commit(Group.service(service));
      Await.until("it is answered", Group.BOUND, commit::isComplete);
      if (commit.succeeded()) {
        acknowledged.add(service);
      }
    }
  }

  /** Waits until some more were accepted. */
  void awaitMore() {
    int before = acknowledged.size();
    Await.until("writes come through", Group.BOUND, () -> acknowledged.size() >= before + MORE);
  }

  List<String> acknowledged() {
    return List.copyOf(acknowledged);
  }

  void stop() {
    stopped.set(true);
    for (Thread thread : threads) {
      try {
        thread.join(Group.BOUND);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    stop();
  }
}
