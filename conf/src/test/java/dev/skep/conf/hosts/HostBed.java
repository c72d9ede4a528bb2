package dev.skep.conf.hosts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A bed of hosts for the tests of one class, made by `test/hosts` before the first and removed
 * after the last; test classes run one after the other, so there is one bed at a time. After each
 * test what was wrong between hosts is mended. A test that fails leaves the logs of all hosts in
 * target/hosts.
 *
 * <pre>{@code
 * @RegisterExtension static final HostBed bed = HostBed.of(3);
 * }</pre>
 */
final class HostBed implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private static final Path LOGS = Path.of("target", "hosts");

  private final BedCommand command = BedCommand.ofThisRun();
  private final List<Host> hosts;
  private final List<String> options;

  private HostBed(int hosts, List<String> options) {
    this.hosts = IntStream.rangeClosed(1, hosts).mapToObj(n -> new Host(command, n)).toList();
    this.options = options;
  }

  /**
   * Hosts that each have an engine and a daemon, in no swarm; they are called host-1, host-2 …
   *
   * @param daemonOptions more options for each daemon
   */
  static HostBed of(int hosts, String... daemonOptions) {
    List<String> options = new ArrayList<>();
    if (daemonOptions.length > 0) {
      options.add("--");
      options.addAll(List.of(daemonOptions));
    }
    return new HostBed(hosts, options);
  }

  /** Hosts that have an engine only. */
  static HostBed ofEngines(int hosts) {
    return new HostBed(hosts, List.of("--no-skep"));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    BedCommand.sweep();
    List<String> words = new ArrayList<>(List.of(Integer.toString(hosts.size())));
    words.addAll(options);
    try {
      command.succeed("up", words.toArray(String[]::new));
    } catch (RuntimeException | Error e) {
      keepLogs(context.getRequiredTestClass().getSimpleName());
      command.run("down");
      throw e;
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      keepLogs(
          context.getRequiredTestClass().getSimpleName()
              + "."
              + context.getRequiredTestMethod().getName());
    }
    clear();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    command.succeed("down");
  }

  List<Host> hosts() {
    return hosts;
  }

  /**
   * @param number from 1
   */
  Host host(int number) {
    return hosts.get(number - 1);
  }

  /** The two do not reach each other. */
  void cut(Host one, Host other) {
    command.succeed("cut", word(one), word(other));
  }

  /** What the first sends does not reach the second. */
  void cutOneWay(Host from, Host to) {
    command.succeed("cut", word(from), word(to), "--one-way");
  }

  void heal(Host one, Host other) {
    command.succeed("heal", word(one), word(other));
  }

  /** No cable is out, nothing is cut, delayed or paused any more. */
  void clear() {
    command.succeed("clear");
  }

  private static String word(Host host) {
    return Integer.toString(host.number());
  }

  private void keepLogs(String name) {
    try {
      Path dir = Files.createDirectories(LOGS.resolve(name));
      Files.writeString(dir.resolve("bed.txt"), command.run("ls").output());
      for (Host host : hosts) {
        Files.writeString(dir.resolve(host.name() + "-skep.log"), host.log(Part.SKEP));
        Files.writeString(dir.resolve(host.name() + "-engine.log"), host.log(Part.ENGINE));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
