package dev.skep.ingress;

import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A task's server on a loopback address of its own, a virtual thread per connection. */
public final class FakeTask implements AutoCloseable {
  /** What the server does with a connection. */
  public interface Service {
    void serve(Socket connection) throws IOException;
  }

  private final String id;
  private final String nodeId;
  private final @Nullable String meshAddress;
  private final ServerSocket server;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();

  private FakeTask(String id, String nodeId, @Nullable String meshAddress, Service service)
      throws IOException {
    this.id = id;
    this.nodeId = nodeId;
    this.meshAddress = meshAddress;
    this.server = new ServerSocket(0, 1024, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().start(() -> accept(service));
  }

  /**
   * @param meshAddress of the node
   */
  public static FakeTask on(String nodeId, @Nullable String meshAddress, String id, Service service)
      throws IOException {
    return new FakeTask(id, nodeId, meshAddress, service);
  }

  /** Answers each line with its id, a colon and the line; keeps the connection open. */
  public static FakeTask answering(String nodeId, @Nullable String meshAddress, String id)
      throws IOException {
    return on(nodeId, meshAddress, id, connection -> answerLines(id, connection));
  }

  public static void answerLines(String id, Socket connection) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      connection
          .getOutputStream()
          .write((id + ":" + line + "\n").getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void accept(Service service) {
    try {
      while (true) {
        Socket connection = server.accept();
        accepted.incrementAndGet();
        connections.add(connection);
        Thread.ofVirtual()
            .start(() -> {
              try (connection) {
                service.serve(connection);
              } catch (IOException e) {
                // The other end's business.
              } finally {
                connections.remove(connection);
              }
            });
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  public Endpoint endpoint() {
    return new Endpoint(
        id, nodeId, "127.0.0.1", Endpoint.ENGINE_NETWORK, server.getLocalPort(), meshAddress);
  }

  public String id() {
    return id;
  }

  public int port() {
    return server.getLocalPort();
  }

  public int accepted() {
    return accepted.get();
  }

  public int connections() {
    return connections.size();
  }

  /** Takes no more connections; the address refuses them. */
  public void stopListening() throws IOException {
    server.close();
    // The thread in accept() lets go of the socket a bit later.
    Await.until("the task refuses connections", this::isRefusing);
  }

  private boolean isRefusing() {
    try {
      new Socket(InetAddress.ofLiteral("127.0.0.1"), port()).close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }
}
