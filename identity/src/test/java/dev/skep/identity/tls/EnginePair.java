package dev.skep.identity.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** A client and a server that speak TLS with each other in memory. */
final class EnginePair {
  static final String HOST = "127.0.0.1";

  private static final int PORT = 2377;
  private static final int STEPS_MAX = 1000;
  private static final int BUFFER_BYTES = 1 << 17;

  final SSLEngine client;
  final SSLEngine server;
  private final ByteBuffer toServer = ByteBuffer.allocate(BUFFER_BYTES);
  private final ByteBuffer toClient = ByteBuffer.allocate(BUFFER_BYTES);
  private final ByteBuffer read = ByteBuffer.allocate(BUFFER_BYTES);

  /** The server demands a certificate; the client compares addresses. */
  EnginePair(SSLContext client, SSLContext server) {
    this(client, server, HOST);
  }

  /**
   * @param host what the client believes to connect to
   */
  EnginePair(SSLContext client, SSLContext server, String host) {
    this.client = client.createSSLEngine(host, PORT);
    this.client.setUseClientMode(true);
    SSLParameters parameters = this.client.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    this.client.setSSLParameters(parameters);
    this.server = server.createSSLEngine();
    this.server.setUseClientMode(false);
    this.server.setNeedClientAuth(true);
  }

  /** Throws what the one that refused throws. */
  EnginePair connect() throws SSLException {
    client.beginHandshake();
    server.beginHandshake();
    run();
    send(client, server, toServer, "ping");
    send(server, client, toClient, "pong");
    return this;
  }

  /** Both ways. Throws when the connection does not work (any more). */
  void exchange() throws SSLException {
    send(client, server, toServer, "ping");
    send(server, client, toClient, "pong");
  }

  private void run() throws SSLException {
    for (int i = 0; i < STEPS_MAX; i++) {
      boolean moved = step(client, toServer, toClient);
      moved |= step(server, toClient, toServer);
      if (!moved) {
        return;
      }
    }
    throw new AssertionError("the handshake has no end");
  }

  private boolean step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
    HandshakeStatus status = engine.getHandshakeStatus();
    if (status == HandshakeStatus.NEED_TASK) {
      engine.getDelegatedTask().run();
      return true;
    }
    if (status == HandshakeStatus.NEED_WRAP) {
      engine.wrap(ByteBuffer.allocate(0), out);
      return true;
    }
    in.flip();
    boolean waiting = in.hasRemaining();
    if (waiting) {
      engine.unwrap(in, read.clear());
    }
    in.compact();
    return waiting;
  }

  private void send(SSLEngine from, SSLEngine to, ByteBuffer wire, String text)
      throws SSLException {
    from.wrap(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), wire);
    wire.flip();
    to.unwrap(wire, read.clear());
    wire.compact();
    String got = StandardCharsets.UTF_8.decode(read.flip()).toString();
    if (!got.equals(text)) {
      throw new SSLException("sent %s, got %s".formatted(text, got));
    }
  }
}
