package dev.skep.gateway.proxy;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.HttpLimits;
import dev.skep.gateway.proxy.route.EngineRoutes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Vert.x server that answers what Skep answers itself, on a Unix socket in a directory that
 * only this user can enter.
 *
 * <p>The socket's file may be gone: somebody tidied up. Then a new one is made for the next
 * request, and answers that are under way go on. What an earlier daemon left there that was killed
 * is removed at the start.
 */
final class InnerServer {
  private static final Logger LOG = LoggerFactory.getLogger(InnerServer.class);

  private static final int UNAVAILABLE = 503;

  /** The kernel's bound for the path of a Unix socket. */
  private static final int PATH_BYTES = 107;

  /**
   * Servers whose file is gone and that still answer what came before. Nobody removes the file more
   * often than this for good reasons, and each holds a descriptor.
   */
  private static final int KEPT = 4;

  private final Vertx vertx;
  private final Path directory;
  private final Handler<HttpServerRequest> routes;
  private volatile ApiEndpoint.Unix endpoint;
  private int number;
  private final Deque<HttpServer> servers = new ArrayDeque<>();
  private @Nullable Context context;
  private @Nullable Future<ApiEndpoint> opening;

  /**
   * @param directory made where it is missing
   */
  InnerServer(Vertx vertx, Path directory, Handler<HttpServerRequest> routes) {
    this.vertx = vertx;
    this.directory = directory;
    this.routes = routes;
    this.endpoint = numbered(0);
  }

  /** Begins to answer; the routes run on the Vert.x context of the caller. */
  Future<ApiEndpoint> start() {
    context = vertx.getOrCreateContext();
    return open();
  }

  /** A server that closes removes the file of its name, which must not be another's. */
  private ApiEndpoint.Unix numbered(int which) {
    return new ApiEndpoint.Unix(directory.resolve("routes-" + which + ".sock").toAbsolutePath());
  }

  /**
   * Where to connect now. Any thread; quick, but for a socket whose file is gone. Fails with {@link
   * EngineRoutes.Refused}.
   */
  Future<ApiEndpoint> endpoint() {
    if (Files.exists(endpoint.path())) {
      return Future.succeededFuture(endpoint);
    }
    return open()
        .recover(cause -> Future.failedFuture(new EngineRoutes.Refused(UNAVAILABLE, words(cause))));
  }

  private String words(Throwable cause) {
    return "Skep cannot make the socket of its own routes, %s: %s. Let it write there, then try again."
        .formatted(endpoint, cause);
  }

  private synchronized Future<ApiEndpoint> open() {
    Context on = context;
    if (on == null) {
      return Future.failedFuture(new IllegalStateException("the gateway's server is not started"));
    }
    Future<ApiEndpoint> known = opening;
    if (known != null && !known.isComplete()) {
      return known;
    }
    if (!servers.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("socket", endpoint.path())
          .log("somebody removed the socket of Skep's own routes; it is made anew");
    }
    Promise<ApiEndpoint> opened = Promise.promise();
    opening = opened.future();
    ApiEndpoint.Unix next = numbered(number++);
    on.runOnContext(now -> {
      try {
        makeRoom(next);
      } catch (IOException e) {
        opened.fail(e);
        return;
      }
      HttpServer server = vertx.createHttpServer(options()).requestHandler(routes);
      server
          .listen(next.vertxAddress())
          .<ApiEndpoint>map(listening -> {
            endpoint = next;
            keep(server);
            return next;
          })
          .onComplete(opened);
    });
    return opened.future();
  }

  private synchronized void keep(HttpServer server) {
    servers.addLast(server);
    if (servers.size() > KEPT) {
      var _ = servers.removeFirst().close();
    }
  }

  private void makeRoom(ApiEndpoint.Unix next) throws IOException {
    int bytes = next.path().toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > PATH_BYTES) {
      throw new BindException(
          "cannot listen on %s: the path of a Unix socket has at most %d bytes, and this one has %d; choose a data directory with a shorter path"
              .formatted(next, PATH_BYTES, bytes));
    }
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    if (servers.isEmpty()) {
      clear();
    }
    Files.deleteIfExists(next.path());
  }

  private void clear() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "routes-*.sock")) {
      for (Path file : left) {
        Files.delete(file);
      }
    }
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        .setMaxHeaderSize(HttpLimits.HEADER_BYTES)
        .setMaxInitialLineLength(HttpLimits.INITIAL_LINE_BYTES)
        .setMaxChunkSize(HttpLimits.CHUNK_BYTES)
        .setHandle100ContinueAutomatically(true)
        .setHttp2ClearTextEnabled(false);
  }

  /** Ends all answers and removes the socket. */
  synchronized Future<?> close() {
    context = null;
    Future<?> closed = Future.join(servers.stream().map(HttpServer::close).toList());
    servers.clear();
    return closed.onComplete(done -> tidy());
  }

  private void tidy() {
    try {
      clear();
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("directory", directory).log("left for the next start to remove");
    }
  }
}
