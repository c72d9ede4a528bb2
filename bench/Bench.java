import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures Skep beside the raw floor and the engine's own swarm mode, interleaved, in one run. bench/run prepares the two engines
 * and starts it; see there for the options.
 */
final class Bench {
  private static final List<String> ANYWHERE = List.of();
  private static final int FEW_KILLS = 4;
  private static final String MANAGER_ADDRESS = "127.0.0.5";
  private static final String WORKER_ADDRESS = "127.0.0.6";

  private final Options options;
  private final Map<String, Samples> results = new LinkedHashMap<>();

  public static void main(String[] args) {
    new Bench(Options.of(args)).run();
  }

  private Bench(Options options) {
    this.options = options;
  }

  private void run() {
    Path dir = options.path("dir");
    Path engine = options.path("engine");
    Path swarmEngine = options.path("swarm-engine");
    int rounds = options.number("rounds");
    int[] sizes = options.numbers("sizes");
    int[] workers = options.numbers("workers");

    var manager = new Daemon(options.path("skep"), dir, engine, MANAGER_ADDRESS, "manager");
    manager.start();
    try {
      var floor = new Floor(engine, options.text("image"));
      var skep = new Orchestrator(manager.socket, engine, options.text("image"));
      var swarm = new Orchestrator(swarmEngine, swarmEngine, options.text("swarm-image"));
      skep.init(MANAGER_ADDRESS);
      swarm.init(options.text("swarm-address"));
      sample("RSS, MiB|a Skep manager, empty", rssMib(manager.pid(), 10));

      // One round that does not count: code gets loaded and compiled, caches get filled.
      converge(Math.min(10, sizes[0]), workers, floor, skep, manager, swarm, false);
      for (int round = 1; round <= rounds; round++) {
        for (int size : sizes) {
          converge(size, workers, floor, skep, manager, swarm, true);
        }
        System.err.println("round " + round + " of " + rounds + " of convergence and removal is done");
      }
      replaceWithoutDelay(2 * rounds, floor, skep, swarm);
      replaceByDefault(Math.min(3, rounds), skep, swarm);
      memory(options.number("tasks"), manager, skep, dir, engine);
      starts(rounds, manager, dir, engine);
    } finally {
      print(sizes, workers);
      manager.stop();
    }
  }

  private void converge(int n, int[] workers, Floor floor, Orchestrator skep, Daemon manager, Orchestrator swarm, boolean counts) {
    for (int c : workers) {
      long begin = System.nanoTime();
      List<String> ids = floor.start(n, c);
      sampleIf(counts, "create " + n + "|floor " + c, Orchestrator.seconds(begin));
      begin = System.nanoTime();
      floor.remove(ids, c);
      sampleIf(counts, "remove " + n + "|floor " + c, Orchestrator.seconds(begin));
    }
    double before = manager.processorSeconds();
    serve("skep", n, skep, counts);
    sampleIf(counts, "processor time, s|Skep's for " + n + " replicas, run and removed", manager.processorSeconds() - before);
    serve("swarm", n, swarm, counts);
  }

  private void serve(String name, int n, Orchestrator orchestrator, boolean counts) {
    long begin = System.nanoTime();
    String service = orchestrator.create(n, null, ANYWHERE);
    orchestrator.awaitRunning(service, n);
    sampleIf(counts, "create " + n + "|" + name, Orchestrator.seconds(begin));
    begin = System.nanoTime();
    orchestrator.remove(service);
    sampleIf(counts, "remove " + n + "|" + name, Orchestrator.seconds(begin));
  }

  private void replaceWithoutDelay(int times, Floor floor, Orchestrator skep, Orchestrator swarm) {
    // A few kills each: what keeps dying soon after its start is slowed down.
    for (int done = 0; done < times; done += FEW_KILLS) {
      replaceAFewTimes(Math.min(FEW_KILLS, times - done), floor, skep, swarm);
    }
  }

  private void replaceAFewTimes(int times, Floor floor, Orchestrator skep, Orchestrator swarm) {
    String ours = skep.create(1, Duration.ZERO, ANYWHERE);
    String theirs = swarm.create(1, Duration.ZERO, ANYWHERE);
    skep.awaitRunning(ours, 1);
    swarm.awaitRunning(theirs, 1);
    try (var api = new EngineApi(options.path("engine"))) {
      for (int i = 0; i < times; i++) {
        String id = floor.startOne(api);
        long begin = System.nanoTime();
        api.post("/containers/" + id + "/kill", null);
        api.post("/containers/" + id + "/wait", null);
        String next = floor.startOne(api);
        sample("replace 0|floor", Orchestrator.seconds(begin));
        floor.remove(List.of(id, next), 1);
        sample("replace 0|skep", skep.replace(ours));
        sample("replace 0|swarm", swarm.replace(theirs));
      }
    }
    skep.remove(ours);
    swarm.remove(theirs);
  }

  private void replaceByDefault(int times, Orchestrator skep, Orchestrator swarm) {
    String ours = skep.create(1, null, ANYWHERE);
    String theirs = swarm.create(1, null, ANYWHERE);
    skep.awaitRunning(ours, 1);
    swarm.awaitRunning(theirs, 1);
    for (int i = 0; i < times; i++) {
      sample("replace 5|skep", skep.replace(ours));
      sample("replace 5|swarm", swarm.replace(theirs));
    }
    skep.remove(ours);
    swarm.remove(theirs);
  }

  /** Memory with many tasks: of a manager that runs them itself, then of a worker that does. */
  private void memory(int tasks, Daemon manager, Orchestrator skep, Path dir, Path engine) {
    String own = skep.create(tasks, null, List.of("node.role==manager"));
    skep.awaitRunning(own, tasks);
    sample("RSS, MiB|a Skep manager that runs " + tasks + " tasks", rssMib(manager.pid(), 10));
    skep.remove(own);

    var worker = new Daemon(options.path("skep"), dir, engine, WORKER_ADDRESS, "worker");
    worker.start();
    try (var swarm = new EngineApi(manager.socket);
        var joiner = new EngineApi(worker.socket)) {
      String token = swarm.get("/swarm").at("/JoinTokens/Worker").asText();
      joiner.post(
          "/swarm/join",
          Map.of("ListenAddr", WORKER_ADDRESS + ":2377", "AdvertiseAddr", WORKER_ADDRESS, "RemoteAddrs", List.of(MANAGER_ADDRESS + ":2377"), "JoinToken", token));
      sample("RSS, MiB|a Skep worker, empty", rssMib(worker.pid(), 10));
      String theirs = skep.create(tasks, null, List.of("node.role==worker"));
      skep.awaitRunning(theirs, tasks);
      sample("RSS, MiB|a Skep worker that runs " + tasks + " tasks", rssMib(worker.pid(), 10));
      skep.remove(theirs);
      joiner.post("/swarm/leave?force=1", null);
    } finally {
      worker.stop();
    }
    for (String name : List.of("engine", "swarm-engine")) {
      String what = name.equals("engine") ? "dockerd without swarm mode, at the end" : "dockerd in swarm mode, at the end";
      sample("RSS, MiB|" + what, rssMib(options.number(name + "-pid"), 0));
    }
  }

  /** From the command to the ready line: on a host in no swarm yet, and as the manager that comes back. */
  private void starts(int times, Daemon manager, Path dir, Path engine) {
    for (int i = 0; i < times; i++) {
      var fresh = new Daemon(options.path("skep"), dir, engine, WORKER_ADDRESS, "fresh" + i);
      sample("start to ready, s|in no swarm", fresh.start());
      fresh.stop();
      manager.stop();
      sample("start to ready, s|manager that comes back", manager.start());
    }
  }

  private static double rssMib(long pid, int afterSeconds) {
    Orchestrator.pause(afterSeconds * 1000);
    try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines.filter(l -> l.startsWith("VmRSS:")).mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).sum() / 1024.0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void print(int[] sizes, int[] workers) {
    System.out.printf("%n| seconds | raw floor | Skep | Swarm mode | Skep / floor | Swarm / floor |%n|---|---|---|---|---|---|%n");
    for (String verb : List.of("create", "remove")) {
      for (int n : sizes) {
        // The best number of workers by its median, not each round's luckiest.
        int best =
            Arrays.stream(workers).boxed().min(Comparator.comparing(c -> of(verb + " " + n + "|floor " + c).median())).orElseThrow();
        String what = verb.equals("create") ? n + " replicas run" : n + " replicas removed";
        row(what + " (floor: " + best + " workers)", verb + " " + n, of(verb + " " + n + "|floor " + best));
      }
    }
    row("a killed task's replacement runs, restart delay 0", "replace 0", of("replace 0|floor"));
    row("the same, default restart delay (5 s)", "replace 5", new Samples());
    System.out.printf("%n| a daemon | |%n|---|---|%n");
    results.forEach(
        (key, samples) -> {
          if (key.startsWith("RSS") || key.startsWith("start") || key.startsWith("processor")) {
            System.out.printf("| %s: %s | %s |%n", key.split("\\|")[0], key.split("\\|")[1], samples);
          }
        });
  }

  private void row(String what, String key, Samples floor) {
    Samples skep = of(key + "|skep");
    Samples swarm = of(key + "|swarm");
    System.out.printf("| %s | %s | %s | %s | %s | %s |%n", what, floor, skep, swarm, skep.over(floor), swarm.over(floor));
  }

  private void sample(String key, double value) {
    results.computeIfAbsent(key, k -> new Samples()).add(value);
  }

  private void sampleIf(boolean counts, String key, double value) {
    if (counts) {
      sample(key, value);
    }
  }

  private Samples of(String key) {
    return results.getOrDefault(key, new Samples());
  }
}
