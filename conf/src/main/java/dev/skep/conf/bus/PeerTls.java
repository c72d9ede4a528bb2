package dev.skep.conf.bus;

import dev.skep.conf.control.ControlProtocol;
import dev.skep.identity.tls.LiveIdentity;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/**
 * How the event bus's members speak TLS with each other: 1.3, both ends with certificates, and the
 * protocol by its name.
 *
 * @param contexts asked for a new one for each connection: no session is ever resumed, so that each
 *     handshake shows the present certificates and asks the present trust
 * @param check throws with the reason when the peer of a session is not, or no longer, admitted;
 *     must not block
 */
public record PeerTls(Supplier<SSLContext> contexts, Consumer<SSLSession> check) {
  private static final String[] VERSIONS = {"TLSv1.3"};

  /** The address that was connected to has to be in the certificate. */
  private static final String ADDRESS_IN_CERTIFICATE = "HTTPS";

  /**
   * Of a node's identity.
   *
   * @param admitted which nodes of its cluster are; must not block
   */
  public static PeerTls of(LiveIdentity identity, Predicate<X509Certificate> admitted) {
    return new PeerTls(
        () -> identity.context(admitted), session -> identity.requirePeer(session, admitted));
  }

  /** For a connection that was accepted. */
  SSLEngine accepting(ControlProtocol protocol) {
    SSLEngine engine = contexts.get().createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = parameters(engine, protocol);
    parameters.setNeedClientAuth(true);
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** For a connection to this address. */
  SSLEngine connecting(ControlProtocol protocol, String address, int port) {
    SSLEngine engine = contexts.get().createSSLEngine(address, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = parameters(engine, protocol);
    parameters.setEndpointIdentificationAlgorithm(ADDRESS_IN_CERTIFICATE);
    engine.setSSLParameters(parameters);
    return engine;
  }

  private static SSLParameters parameters(SSLEngine engine, ControlProtocol protocol) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(VERSIONS);
    parameters.setApplicationProtocols(new String[] {protocol.alpn()});
    return parameters;
  }

  /**
   * Whether the peer may go on, after the handshake.
   *
   * @throws SSLException when it may not
   */
  void requireAdmitted(ControlProtocol protocol, SSLEngine engine) throws SSLException {
    if (!protocol.alpn().equals(engine.getApplicationProtocol())) {
      throw new SSLException("the peer does not speak " + protocol.alpn());
    }
    requireAdmitted(engine.getSession());
  }

  /** Whether the peer of an open connection may stay. */
  boolean admits(SSLEngine engine) {
    try {
      requireAdmitted(engine.getSession());
      return true;
    } catch (SSLException e) {
      return false;
    }
  }

  private void requireAdmitted(SSLSession session) throws SSLException {
    try {
      check.accept(session);
    } catch (RuntimeException e) {
      throw new SSLException(e.getMessage(), e);
    }
  }
}
