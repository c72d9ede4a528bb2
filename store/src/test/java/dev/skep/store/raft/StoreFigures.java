package dev.skep.store.raft;

import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Service;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Op;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Prints what the store costs on this machine: run it by hand, with the daemon's own JVM flags. The
 * first argument is an empty directory on the disk to be measured.
 */
public final class StoreFigures {
  private static final int WARM_UP = 2_000;
  private static final int SEQUENTIAL = 2_000;
  private static final int PARALLEL = 20_000;
  private static final int AT_ONCE = 64;
  private static final int TASKS = 100_000;
  private static final int TASKS_AT_ONCE = 1_000;
  private static final int SERVICES = 100;
  private static final int NODES = 50;

  private final Path directory;
  private @Nullable Store open;

  private StoreFigures(Path directory) throws Exception {
    this.directory = directory;
    this.open = open();
  }

  public static void main(String[] arguments) throws Exception {
    StoreFigures figures = new StoreFigures(Path.of(arguments[0]));
    figures.commits();
    figures.reopened();
    figures.tasks();
    figures.reopened();
    wait(figures.store().close());
  }

  private Store open() throws Exception {
    long start = System.nanoTime();
    Store opened = wait(Stores.open(Stores.options(directory)));
    say("opened in %d ms; %s", millis(start), memory());
    return opened;
  }

  private void reopened() throws Exception {
    long start = System.nanoTime();
    wait(store().close());
    say("closed in %d ms", millis(start));
    open = null; // its state would count as memory of the next
    open = open();
  }

  private void commits() throws Exception {
    wait(store().commit(now().create(Samples.service("s", "s")).build()));
    parallel(WARM_UP);
    long[] micros = new long[SEQUENTIAL];
    long start = System.nanoTime();
    for (int i = 0; i < SEQUENTIAL; i++) {
      long before = System.nanoTime();
      wait(store().commit(now().update(current()).build()));
      micros[i] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - before);
    }
    long seconds = System.nanoTime() - start;
    Arrays.sort(micros);
    say(
        "one after the other: %.0f commits/s, median %d us, 99th of 100 %d us",
        rate(SEQUENTIAL, seconds), micros[SEQUENTIAL / 2], micros[SEQUENTIAL * 99 / 100]);
    start = System.nanoTime();
    parallel(PARALLEL);
    say(
        "%d at once: %.0f commits/s; %s",
        AT_ONCE, rate(PARALLEL, System.nanoTime() - start), memory());
  }

  private void parallel(int commits) throws InterruptedException {
    Semaphore free = new Semaphore(AT_ONCE);
    AtomicInteger failed = new AtomicInteger();
    for (int i = 0; i < commits; i++) {
      free.acquire();
      String id = "n" + i;
      store()
          .commit(now().create(Samples.node(id, "h")).add(new Op.Delete(Kind.NODE, id, 0)).build())
          .onComplete(done -> {
            free.release();
            if (done.failed()) {
              failed.incrementAndGet();
            }
          });
    }
    free.acquire(AT_ONCE);
    if (failed.get() > 0) {
      throw new IllegalStateException(failed + " commits failed");
    }
  }

  private void tasks() throws Exception {
    long start = System.nanoTime();
    long slowest = 0;
    for (int i = 0; i < TASKS; i += TASKS_AT_ONCE) {
      Transaction.Builder transaction = now();
      for (int t = i; t < i + TASKS_AT_ONCE; t++) {
        transaction.create(
            Samples.task("task-with-an-id-so-" + t, "s" + t % SERVICES, t, "n" + t % NODES));
      }
      long before = System.nanoTime();
      Commit commit = wait(store().commit(transaction.build()));
      slowest = Math.max(slowest, millis(before));
      if (commit.state().tasks().size() != i + TASKS_AT_ONCE) {
        throw new IllegalStateException("tasks are missing");
      }
    }
    say("%d tasks in %d ms, slowest commit %d ms; %s", TASKS, millis(start), slowest, memory());
  }

  private Store store() {
    return Objects.requireNonNull(open);
  }

  private Service current() {
    return store().state().service("s").orElseThrow();
  }

  private static Transaction.Builder now() {
    return Transaction.at(Samples.AT);
  }

  private static <T> T wait(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static long millis(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  private static double rate(int count, long nanos) {
    return count * 1e9 / nanos;
  }

  @SuppressWarnings("SystemGc")
  private static String memory() throws IOException {
    System.gc();
    long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    String resident =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS"))
            .findFirst()
            .orElse("");
    return "heap used %d MB, %s, %d threads"
        .formatted(used >> 20, resident.replaceAll("\\s+", " "), Thread.activeCount());
  }

  private static void say(String format, Object... values) {
    System.out.printf(format + "%n", values);
  }
}
