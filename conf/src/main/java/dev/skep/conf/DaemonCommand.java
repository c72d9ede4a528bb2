package dev.skep.conf;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code skep daemon}: one process per host. What the command line does not say comes from the
 * configuration file, then from the defaults.
 */
@Command(
    name = "daemon",
    description = "Runs this host's part of the swarm.",
    mixinStandardHelpOptions = true)
final class DaemonCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file with the same settings.")
  private @Nullable Path config;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "State that must survive a restart. Default: /var/lib/skep")
  private @Nullable Path dataDir;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Unix socket of the Engine API. Default: /run/skep/skep.sock")
  private @Nullable Path socket;

  @Option(
      names = "--tcp",
      paramLabel = "HOST:PORT",
      description =
          "Serve the Engine API on this loopback address too. May be given several times.")
  private @Nullable List<String> tcp;

  @Option(
      names = "--engine",
      paramLabel = "URL",
      description = "The host's Docker Engine. Default: unix:///var/run/docker.sock")
  private @Nullable String engine;

  @Option(
      names = "--address",
      paramLabel = "IP",
      description = "This node's own address. Default: 127.0.0.1")
  private @Nullable String address;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The node's name. Default: the engine's host name.")
  private @Nullable String name;

  @Option(
      names = "--" + GenericResources.SETTING,
      paramLabel = "KIND=VALUE",
      description =
          "What this node has for tasks to reserve: a name (gpu=UUID1) or a number (ssd=2). May be given several times.")
  private @Nullable List<String> genericResources;

  @Option(
      names = "--max-heap",
      paramLabel = "SIZE",
      description =
          "How far the memory for the swarm's state and for requests may grow: a share of the host's (25%%) or a size (512m, 4g). Default: 25%%, and 256m at least.")
  private @Nullable String maxHeap;

  @Option(
      names = "--max-tasks",
      paramLabel = "NUMBER",
      description =
          "How many tasks all services may ask for together. Default: as many as the heap has room for.")
  private @Nullable Long maxTasks;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace. Default: info")
  private @Nullable String logLevel;

  @Override
  public Integer call() {
    try {
      Settings said =
          new Settings(
              dataDir,
              socket,
              tcp,
              engine,
              address,
              name,
              genericResources,
              maxHeap,
              maxTasks,
              logLevel);
      DaemonOptions options =
          DaemonOptions.from(said.over(config == null ? Settings.NONE : SettingsFile.read(config)));
      Logging.level(options.logLevel());
      Daemon daemon = new Daemon(options);
      Runtime.getRuntime().addShutdownHook(new Thread(daemon::stop, "skep-stop"));
      daemon.start();
      boolean engine = Daemon.answers(options.engine());
      System.err.println(
          "skep ready: socket=" + options.socket() + (engine ? "" : noEngine(options)));
      if (!engine) {
        daemon.awaitEngine();
      }
      daemon.awaitStop();
      return CommandLine.ExitCode.OK;
    } catch (StartupException e) {
      System.err.println("skep: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  /** Not the end of the start: a manager's swarm must not wait for one host's engine. */
  private static String noEngine(DaemonOptions options) {
    return Daemon.isNoSocket(options.engine())
        ? ", but what is at %s is no socket of a Docker Engine; remove it and start the engine, or name another with --engine (the daemon goes on looking)"
            .formatted(options.engine())
        : ", but no Docker Engine listens at unix://%s yet; start it, or name another with --engine (the daemon goes on looking)"
            .formatted(options.engine());
  }
}
