package dev.skep.conf;

import dev.skep.store.model.spec.Resources.GenericResource;
import dev.skep.store.state.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's configuration, complete and checked.
 *
 * @param dataDir what must survive a restart
 * @param socket where the Engine API is served
 * @param tcp further loopback addresses, host:port, where it is served
 * @param engine Unix socket of the host's Docker Engine
 * @param address this node's own address, loopback until nodes have certificates
 * @param name the node's name; absent to take the engine's host name
 * @param genericResources what the node has for tasks to reserve, beside what its engine says
 * @param limits how much there may be of everything
 * @param logLevel error, warn, info, debug or trace
 */
public record DaemonOptions(
    Path dataDir,
    Path socket,
    List<String> tcp,
    Path engine,
    String address,
    @Nullable String name,
    List<GenericResource> genericResources,
    Limits limits,
    String logLevel) {
  private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace");
  private static final String UNIX = "unix://";
  private static final int MAX_PORT = 65_535;

  public DaemonOptions {
    tcp = List.copyOf(tcp);
    genericResources = List.copyOf(genericResources);
    requireLoopback("address", address);
    tcp.forEach(hostAndPort -> {
      int colon = hostAndPort.lastIndexOf(':');
      if (colon < 1 || !isPort(hostAndPort.substring(colon + 1))) {
        throw new StartupException(
            "tcp: \"" + hostAndPort + "\" is not HOST:PORT, such as 127.0.0.1:2375");
      }
      requireLoopback("tcp", hostAndPort.substring(0, colon));
    });
    if (!LEVELS.contains(logLevel)) {
      throw new StartupException(
          "log-level: \"" + logLevel + "\" is not one of error, warn, info, debug, trace");
    }
    if (name != null && !name.matches("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")) {
      throw new StartupException(
          "name: \""
              + name
              + "\" is not a host name: letters, digits, dots and dashes, 63 at most");
    }
  }

  static DaemonOptions from(Settings settings) {
    String engine = settings.engine() == null ? "unix:///var/run/docker.sock" : settings.engine();
    if (!engine.startsWith(UNIX + "/")) {
      throw new StartupException(
          "engine: \"" + engine + "\" is not a Unix socket; give unix:///path/to/docker.sock");
    }
    return new DaemonOptions(
        absolute(settings.dataDir(), "/var/lib/skep"),
        absolute(settings.socket(), "/run/skep/skep.sock"),
        settings.tcp() == null ? List.of() : settings.tcp(),
        Path.of(engine.substring(UNIX.length())),
        settings.address() == null ? "127.0.0.1" : settings.address(),
        settings.name(),
        GenericResources.parse(
            settings.genericResources() == null ? List.of() : settings.genericResources()),
        limits(settings),
        settings.logLevel() == null ? "info" : settings.logLevel().toLowerCase(Locale.ROOT));
  }

  /** The launcher read max-heap before this process began; here it is only checked. */
  private static Limits limits(Settings settings) {
    HeapSize.check(System.getenv(HeapSize.VARIABLE));
    HeapSize.check(settings.maxHeap());
    Long tasks = settings.maxTasks();
    long heap = Runtime.getRuntime().maxMemory();
    if (tasks != null && (tasks < 1 || tasks > Integer.MAX_VALUE)) {
      throw new StartupException(
          "max-tasks: " + tasks + " is not a number from 1 to " + Integer.MAX_VALUE);
    }
    long most = Limits.mostTasks(heap);
    if (tasks != null && tasks > most) {
      throw new StartupException(
          "max-tasks: %d tasks do not fit the heap of %d MiB, at most %d do; raise max-heap or lower max-tasks"
              .formatted(tasks, heap >> 20, most));
    }
    return Limits.of(heap, tasks);
  }

  private static boolean isPort(String digits) {
    return digits.matches("\\d{1,5}") && Integer.parseInt(digits) <= MAX_PORT;
  }

  private static Path absolute(@Nullable Path said, String otherwise) {
    return (said == null ? Path.of(otherwise) : said).toAbsolutePath().normalize();
  }

  private static void requireLoopback(String setting, String ip) {
    if (!Loopback.is(ip)) {
      throw new StartupException(
          setting
              + ": "
              + ip
              + " is not a loopback IPv4 address; Skep binds 127.0.0.0/8 only, because traffic between nodes is not encrypted yet");
    }
  }
}
