package dev.skep.node.dns;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that the host itself asks, read from its resolv.conf again and again: hosts change
 * networks. Used on one context only.
 */
final class Upstreams {
  private static final Logger LOG = LoggerFactory.getLogger(Upstreams.class);
  private static final Duration READ_EVERY = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Path file;
  private final InstantSource clock;
  private List<String> servers = List.of();
  private Instant readAt = Instant.MIN;

  /**
   * @param file resolv.conf(5)
   */
  Upstreams(Vertx vertx, Path file, InstantSource clock) {
    this.vertx = vertx;
    this.file = file;
    this.clock = clock;
  }

  /** Their addresses, as of some seconds ago; none when the host has none. */
  Future<List<String>> current() {
    if (Duration.between(readAt, clock.instant()).compareTo(READ_EVERY) < 0) {
      return Future.succeededFuture(servers);
    }
    return vertx
        .fileSystem()
        .readFile(file.toString())
        .map(content -> parse(content.toString()))
        .onSuccess(read -> {
          servers = read;
          readAt = clock.instant();
        })
        .otherwise(e -> {
          LOG.atDebug().addKeyValue("file", file).setCause(e).log("cannot read the host's servers");
          return servers;
        });
  }

  /** The addresses of the lines that begin with "nameserver". */
  static List<String> parse(String resolvConf) {
    return resolvConf
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words.length > 1 && words[0].equals("nameserver"))
        .map(words -> words[1])
        .toList();
  }
}
