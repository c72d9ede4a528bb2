package dev.skep.conf.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A web server that keeps its connections, the JDK's own: port 8080, {@code /} answers at once and
 * {@link #SLOW} pauses in the middle of its answer. Asked to stop, it ends the answers under way,
 * says with each that the connection ends with it, and closes what is idle. Runs in a container on
 * the JDK of the test.
 */
final class KeepingServer {
  static final String ANSWER = "ok\n";
  static final String SLOW = "/slow";

  /** Longer than the ingress takes a connection for busy that says nothing. */
  private static final long PAUSE_NANOS = 300_000_000;

  private static final int STOP_SECONDS = 5;

  private static volatile boolean ending;

  private KeepingServer() {}

  /** Serves until the process is stopped. */
  public static void main(String[] args) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(8080), 4096);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(exchange, 0));
    server.createContext(SLOW, exchange -> answer(exchange, PAUSE_NANOS));
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
  }

  private static void stop(HttpServer server) {
    ending = true;
    server.stop(STOP_SECONDS);
  }

  private static void answer(HttpExchange exchange, long pauseNanos) throws IOException {
    byte[] body = ANSWER.getBytes(StandardCharsets.US_ASCII);
    if (ending) {
      exchange.getResponseHeaders().set("Connection", "close");
    }
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body, 0, 1);
      out.flush();
      if (pauseNanos > 0) {
        LockSupport.parkNanos(pauseNanos);
      }
      out.write(body, 1, body.length - 1);
    }
  }
}
