import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Fills a manager, reads it, restarts it, kills it, empties it. */
public final class Soak {
  private static final int CLIENTS = 4;
  private static final int WAIT_SECONDS = 1_800;

  private final Map<String, String> options;
  private final Manager manager;
  private double idle;

  private Soak(Map<String, String> options) {
    this.options = options;
    this.manager = new Manager(options.get("skep"), Path.of(options.get("dir")), options.get("engine"));
  }

  public static void main(String[] args) throws Exception {
    Map<String, String> options =
        new HashMap<>(Map.of("services", "10000", "replicas", "10", "configs", "525", "config-kb", "960", "kills", "5", "every", "10"));
    for (String arg : args) {
      String[] pair = arg.split("=", 2);
      if (pair.length < 2) {
        throw new IllegalArgumentException("'" + arg + "' is not NAME=VALUE");
      }
      options.put(pair[0], pair[1]);
    }
    new Soak(options).run();
  }

  private int number(String name) {
    return Integer.parseInt(options.get(name));
  }

  private interface Work {
    String run() throws Exception;
  }

  /** Prints one row of the table: what, its result, how long, and the memory after it. */
  private void step(String what, Work work) throws Exception {
    long begin = System.nanoTime();
    String result = work.run();
    if (!manager.alive()) {
      throw new IllegalStateException("the daemon died at: " + what + "\n" + manager.lastWords());
    }
    print(what, result, Manager.seconds(begin));
  }

  private void print(String what, String result, double seconds) throws IOException {
    Manager.Usage usage = manager.usage();
    if (idle == 0) {
      idle = usage.rssMib();
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.1f | %.0f | %.2f | %d | %d | %.0f |%n",
        what,
        result,
        seconds,
        usage.rssMib(),
        usage.rssMib() / idle,
        usage.threads(),
        usage.descriptors(),
        usage.diskMib());
  }

  private void run() throws Exception {
    int services = number("services");
    int configs = number("configs");
    long tasks = (long) services * number("replicas");
    System.out.println(
        "| step | result | s | RSS after, MiB | x empty | threads | descriptors | data, MiB |\n"
            + "|---|---|---:|---:|---:|---:|---:|---:|");
    step("start, empty", this::found);
    step("create configs", () -> each(configs, this::config));
    step("create services", () -> each(services, this::service));
    step("all tasks are there", () -> await("/tasks", tasks));
    lists();
    step("stop and start", () -> restart(false));
    step("is all there", () -> counted(services, tasks, configs));
    step("kills under writes", this::kills);
    step("is all there", () -> counted(services, tasks, configs));
    step("remove services", () -> each(services, (api, i) -> api.delete("/services/s" + i)));
    step("no task is left", () -> await("/tasks", 0));
    step("remove configs", () -> each(configs, (api, i) -> api.delete("/configs/c" + i)));
    step("ninety quiet seconds", this::rest);
    step("stop and start", () -> restart(false));
    manager.end(false);
  }

  private String found() throws Exception {
    double ready = manager.start();
    try (var api = new EngineApi(manager.socket)) {
      api.post("/swarm/init", Map.of("ListenAddr", "127.46.0.1:2377", "AdvertiseAddr", "127.46.0.1"));
    }
    Thread.sleep(30_000);
    return String.format(Locale.ROOT, "ready in %.2f s", ready);
  }

  private interface Request {
    void send(EngineApi api, int number);
  }

  private String each(int count, Request request) throws InterruptedException {
    var next = new AtomicInteger();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    long begin = System.nanoTime();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(
          Thread.startVirtualThread(
              () -> {
                try (var api = new EngineApi(manager.socket)) {
                  for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                    request.send(api, n);
                  }
                } catch (RuntimeException e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread client : clients) {
      client.join();
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.peek());
    }
    return String.format(Locale.ROOT, "%d, %.0f a second", count, count / Manager.seconds(begin));
  }

  private void config(EngineApi api, int number) {
    byte[] data = new byte[number("config-kb") * 1000];
    new Random(number).nextBytes(data);
    config(api, "c" + number, data);
  }

  static void config(EngineApi api, String name, byte[] data) {
    api.post("/configs/create", Map.of("Name", name, "Data", Base64.getEncoder().encodeToString(data)));
  }

  private void service(EngineApi api, int number) {
    api.post(
        "/services/create",
        Map.of(
            "Name", "s" + number,
            "Mode", Map.of("Replicated", Map.of("Replicas", number("replicas"))),
            "TaskTemplate",
                Map.of(
                    "ContainerSpec", Map.of("Image", "nowhere:1"),
                    "Placement", Map.of("Constraints", List.of("node.labels.no-such==node")))));
  }

  private String await(String path, long elements) throws InterruptedException {
    long begin = System.nanoTime();
    for (long there = -1; there != elements; there = manager.list(path).elements()) {
      if (Manager.seconds(begin) > WAIT_SECONDS) {
        throw new IllegalStateException(path + " has " + there + " elements, not " + elements);
      }
      Thread.sleep(1_000);
    }
    return Long.toString(elements);
  }

  private void lists() throws Exception {
    for (String path : List.of("/services", "/tasks", "/configs")) {
      step(
          "list " + path + ", four clients at once",
          () -> {
            List<Thread> clients = new ArrayList<>();
            var bytes = new java.util.concurrent.atomic.AtomicLong();
            for (int i = 0; i < CLIENTS; i++) {
              clients.add(Thread.ofPlatform().start(() -> bytes.addAndGet(manager.list(path).bytes())));
            }
            for (Thread client : clients) {
              client.join();
            }
            return bytes.get() / 1_000_000 + " MB";
          });
    }
  }

  private String restart(boolean kill) throws Exception {
    manager.end(kill);
    return String.format(Locale.ROOT, "ready in %.2f s", manager.start());
  }

  private String counted(int services, long tasks, int configs) {
    check("/services", services);
    check("/tasks", tasks);
    check("/configs", configs);
    return "all";
  }

  private void check(String path, long elements) {
    long there = manager.list(path).elements();
    if (there != elements) {
      throw new IllegalStateException(path + " has " + there + " elements, not " + elements);
    }
  }

  /**
   * Kills the daemon at moments of chance while clients write; each prints what the daemon had just
   * before. What was acknowledged must be there after all, and what was removed must not.
   */
  private String kills() throws Exception {
    int kills = number("kills");
    var moments = new Random(kills);
    double slowest = 0;
    List<KeptConfigs> writers = List.of(new KeptConfigs(manager.socket, "k0-"), new KeptConfigs(manager.socket, "k1-"));
    List<Thread> threads = writers.stream().map(writer -> Thread.ofPlatform().start(writer)).toList();
    for (int i = 1; i <= kills; i++) {
      long pause = moments.nextLong(500, 1_500) * number("every");
      Thread.sleep(pause);
      print("before kill " + i, writers.stream().mapToLong(KeptConfigs::acknowledged).sum() + " acknowledged", pause / 1e3);
      manager.end(true);
      slowest = Math.max(slowest, manager.start());
    }
    writers.forEach(KeptConfigs::end);
    for (Thread thread : threads) {
      thread.join();
    }
    for (KeptConfigs writer : writers) {
      writer.checkAndRemove();
    }
    return String.format(
        Locale.ROOT,
        "%d kills, %d acknowledged, none lost, none came back, ready again in at most %.2f s",
        kills,
        writers.stream().mapToLong(KeptConfigs::acknowledged).sum(),
        slowest);
  }

  private String rest() throws InterruptedException {
    Thread.sleep(90_000);
    return "";
  }
}
