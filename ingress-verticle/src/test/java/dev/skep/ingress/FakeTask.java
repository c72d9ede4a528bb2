package dev.skep.ingress;

import dev.skep.store.bus.message.IngressMessages.Endpoint;
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

/** A task's server on a loopback address of its own, a virtual thread per connection. */
final class FakeTask implements AutoCloseable {
  /** What the server does with a connection. */
  interface Service {
    void serve(Socket connection) throws IOException;
  }

  private final String id;
  private final String nodeId;
  private final String meshAddress;
  private final ServerSocket server;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();

  private FakeTask(String id, IngressVerticle node, String nodeId, Service service)
      throws IOException {
    this.id = id;
    this.nodeId = nodeId;
    this.meshAddress = node.meshAddress();
    this.server = new ServerSocket(0, 1024, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().start(() -> accept(service));
  }

  static FakeTask on(TestMesh.Node node, String id, Service service) throws IOException {
    return new FakeTask(id, node.ingress(), node.id(), service);
  }

  /** Answers each line with its id, a colon and the line; keeps the connection open. */
  static FakeTask answering(TestMesh.Node node, String id) throws IOException {
    return on(node, id, connection -> answerLines(id, connection));
  }

  static void answerLines(String id, Socket connection) throws IOException {
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

  Endpoint endpoint() {
    return new Endpoint(id, nodeId, "127.0.0.1", server.getLocalPort(), meshAddress);
  }

  String id() {
    return id;
  }

  int port() {
    return server.getLocalPort();
  }

  int accepted() {
    return accepted.get();
  }

  int connections() {
    return connections.size();
  }

  /** Takes no more connections; the address refuses them. */
  void stopListening() throws IOException {
    server.close();
    TestMesh.until(this::isRefusing); // the thread in accept() lets go of the socket a bit later
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
