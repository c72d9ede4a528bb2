import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures a rolling update on Skep, in swarm mode and straight through the Engine API, interleaved. bench/update/run prepares the
 * engines and starts it; see there for the options.
 */
final class RollingUpdates {
  private static final String MANAGER_ADDRESS = "127.0.0.5";
  private static final String STOP_FIRST = "stop-first";
  private static final String START_FIRST = "start-first";

  private final Options options;
  private final Map<String, Samples> results = new LinkedHashMap<>();

  public static void main(String[] args) {
    new RollingUpdates(Options.of(args)).run();
  }

  private RollingUpdates(Options options) {
    this.options = options;
  }

  private void run() {
    Path dir = options.path("dir");
    Path engine = options.path("engine");
    Path swarmEngine = options.path("swarm-engine");
    int replicas = options.number("replicas");
    int parallelism = options.number("parallelism");

    var manager = new Daemon(options.path("skep"), dir, engine, MANAGER_ADDRESS, "manager");
    manager.start();
    try {
      var floor = new Floor(engine, options.text("image"));
      var skep = new Orchestrator(manager.socket, engine, options.text("image"));
      var swarm = new Orchestrator(swarmEngine, swarmEngine, options.text("swarm-image"));
      skep.init(MANAGER_ADDRESS);
      swarm.init(options.text("swarm-address"));
      // The first round warms up and does not count.
      for (int round = 0; round <= options.number("rounds"); round++) {
        boolean counts = round > 0;
        sample(counts, STOP_FIRST + "|floor", floor.roll(replicas, parallelism));
        update(counts, STOP_FIRST, "skep", skep, List.of("host"), replicas, parallelism);
        update(counts, STOP_FIRST, "swarm", swarm, List.of("host"), replicas, parallelism);
        // Swarm sleeps before it stops a task of any network but the engine's default bridge, and nothing configures that away.
        update(counts, STOP_FIRST, "tuned", swarm, List.of(), replicas, parallelism);
        update(counts, START_FIRST, "skep", skep, List.of("host"), replicas, parallelism);
        update(counts, START_FIRST, "swarm", swarm, List.of("host"), replicas, parallelism);
        System.err.println("round " + round + " of " + options.number("rounds") + " is done");
      }
    } finally {
      print();
      manager.stop();
    }
  }

  private void update(
      boolean counts, String order, String name, Orchestrator orchestrator, List<String> networks, int replicas, int parallelism) {
    String service = orchestrator.create(replicas, null, List.of(), networks);
    orchestrator.awaitRunning(service, replicas);
    sample(counts, order + "|" + name, orchestrator.roll(service, replicas, parallelism, order));
    orchestrator.remove(service);
  }

  private void print() {
    System.out.printf(
        "%n| seconds until all new tasks run | raw floor | Skep | Swarm mode | Swarm tuned | Skep / floor | Swarm / floor | tuned / floor |%n"
            + "|---|---|---|---|---|---|---|---|%n");
    Samples floor = of(STOP_FIRST + "|floor");
    for (String order : List.of(STOP_FIRST, START_FIRST)) {
      List<Samples> all = new ArrayList<>();
      for (String name : List.of("skep", "swarm", "tuned")) {
        all.add(of(order + "|" + name));
      }
      System.out.printf("| %s | %s ", order, floor);
      all.forEach(samples -> System.out.printf("| %s ", samples));
      all.forEach(samples -> System.out.printf("| %s ", samples.over(floor)));
      System.out.println("|");
    }
    System.out.println("\nSwarm tuned: the same update of tasks on the engine's default bridge network.");
  }

  private void sample(boolean counts, String key, double value) {
    if (counts) {
      results.computeIfAbsent(key, k -> new Samples()).add(value);
    }
  }

  private Samples of(String key) {
    return results.getOrDefault(key, new Samples());
  }
}
