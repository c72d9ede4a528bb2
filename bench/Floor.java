import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;

/** The raw floor: the same containers straight through the Engine API, by some workers, each with its own connection. */
final class Floor {
  private final Path socket;
  private final String image;

  Floor(Path socket, String image) {
    this.socket = socket;
    this.image = image;
  }

  /** Creates and starts containers; returns their ids. */
  List<String> start(int containers, int workers) {
    var ids = new ConcurrentLinkedQueue<String>();
    share(containers, workers, (api, i) -> ids.add(startOne(api)));
    return List.copyOf(ids);
  }

  private String createOne(EngineApi api) {
    var spec =
        Map.of("Image", image, "StopSignal", "SIGKILL", "Labels", Map.of("bench", "floor"), "HostConfig", Map.of("NetworkMode", "host"));
    return api.post("/containers/create", spec).get("Id").asText();
  }

  String startOne(EngineApi api) {
    String id = createOne(api);
    api.post("/containers/" + id + "/start", null);
    return id;
  }

  /** Starts containers and replaces them, so many at a time: each batch is created, the old ones stopped, the new ones started. */
  double roll(int containers, int parallelism) {
    var old = new ArrayList<>(start(containers, parallelism));
    var all = new ArrayList<>(old);
    long begin = System.nanoTime();
    for (int done = 0; done < containers; done += parallelism) {
      int batch = Math.min(parallelism, containers - done);
      var fresh = new ConcurrentLinkedQueue<String>();
      share(batch, parallelism, (api, i) -> fresh.add(createOne(api)));
      var stopping = List.copyOf(old.subList(done, done + batch));
      share(batch, parallelism, (api, i) -> api.post("/containers/" + stopping.get(i) + "/stop", null));
      var starting = List.copyOf(fresh);
      share(batch, parallelism, (api, i) -> api.post("/containers/" + starting.get(i) + "/start", null));
      all.addAll(fresh);
    }
    double took = Orchestrator.seconds(begin);
    remove(all, parallelism);
    return took;
  }

  void remove(List<String> ids, int workers) {
    share(ids.size(), workers, (api, i) -> api.delete("/containers/" + ids.get(i) + "?force=1"));
  }

  private void share(int count, int workers, BiConsumer<EngineApi, Integer> work) {
    var todo = new ConcurrentLinkedQueue<Integer>();
    for (int i = 0; i < count; i++) {
      todo.add(i);
    }
    try (var pool = Executors.newFixedThreadPool(workers)) {
      var done = new ArrayList<Future<?>>();
      for (int w = 0; w < workers; w++) {
        done.add(
            pool.submit(
                () -> {
                  try (var api = new EngineApi(socket)) {
                    for (Integer i = todo.poll(); i != null; i = todo.poll()) {
                      work.accept(api, i);
                    }
                  }
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
