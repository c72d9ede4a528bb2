import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client that creates small configs one after another and removes its oldest, and knows which of
 * them must be there: whatever happens to the daemon meanwhile.
 */
final class KeptConfigs implements Runnable {
  /** How many it keeps; the rest of a long run would come to the swarm's limit of objects. */
  private static final int KEPT = 500;

  private static final int PACE_MILLIS = 20;

  /** After a request that failed: the daemon was killed and may be back. */
  private static final int RETRY_MILLIS = 100;

  private final Path socket;
  private final String prefix;
  private final Deque<String> there = new ArrayDeque<>();
  private final Set<String> inDoubt = new HashSet<>();
  private final AtomicBoolean ending = new AtomicBoolean();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile RuntimeException failure;

  KeptConfigs(Path socket, String prefix) {
    this.socket = socket;
    this.prefix = prefix;
  }

  /** How many writes were acknowledged. */
  long acknowledged() {
    return acknowledged.get();
  }

  void end() {
    ending.set(true);
  }

  @Override
  public void run() {
    try {
      for (int i = 0; !ending.get(); i++) {
        create(prefix + i);
        Thread.sleep(PACE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void create(String name) throws InterruptedException {
    String asked = name;
    try (var api = new EngineApi(socket)) {
      Soak.config(api, name, new byte[100]);
      there.add(name);
      acknowledged.incrementAndGet();
      if (there.size() > KEPT) {
        asked = there.remove();
        api.delete("/configs/" + asked);
        acknowledged.incrementAndGet();
      }
    } catch (UncheckedIOException e) {
      inDoubt.add(asked);
      Thread.sleep(RETRY_MILLIS);
    }
  }

  /** Only after {@link #run} has ended. */
  void checkAndRemove() {
    if (failure != null) {
      throw new IllegalStateException("a writer of " + prefix + " ended", failure);
    }
    Set<String> missing = new HashSet<>(there);
    try (var api = new EngineApi(socket)) {
      for (JsonNode config : api.get("/configs?filters=%7B%22name%22:%5B%22" + prefix + "%22%5D%7D")) {
        String name = config.at("/Spec/Name").asText();
        if (!missing.remove(name) && !inDoubt.contains(name)) {
          throw new IllegalStateException("the removed config " + name + " came back");
        }
        api.delete("/configs/" + config.at("/ID").asText());
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException("acknowledged configs are lost: " + missing);
    }
  }
}
