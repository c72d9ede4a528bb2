package dev.skep.identity.tls;

import dev.skep.identity.tls.LiveIdentity.Present;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows this node's present certificate, whatever the peer says it would like; in TLS 1.3 only.
 *
 * <p>Where no handshake is in view it shows nothing. So a server finds no certificate when it is to
 * resume a session from a ticket, and makes a full handshake, with all that is asked in it.
 */
final class LiveKeys extends X509ExtendedKeyManager {
  private final Supplier<Present> present;
  private final Function<String, @Nullable Present> byAlias;

  /**
   * @param byAlias also for what was exchanged a moment ago: a handshake ends with the key that it
   *     began with
   */
  LiveKeys(Supplier<Present> present, Function<String, @Nullable Present> byAlias) {
    this.present = present;
    this.byAlias = byAlias;
  }

  private @Nullable String alias(@Nullable SSLSession handshake, String... keyTypes) {
    return PeerPath.isTls13(handshake) ? alias(keyTypes) : null;
  }

  private @Nullable String alias(String... keyTypes) {
    Present ours = present.get();
    String type = ours.certificate().privateKey().getAlgorithm();
    return Arrays.asList(keyTypes).contains(type) ? ours.alias() : null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(engine.getHandshakeSession(), types);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String type, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(engine.getHandshakeSession(), type);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, Socket socket) {
    return socket instanceof SSLSocket tls ? alias(tls.getHandshakeSession(), types) : null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String type, Principal @Nullable [] issuers, Socket socket) {
    return socket instanceof SSLSocket tls ? alias(tls.getHandshakeSession(), type) : null;
  }

  @Override
  public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
    String alias = alias(type);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
    return getClientAliases(type, issuers);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Present asked = byAlias.apply(alias);
    return asked == null ? null : asked.shown().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Present asked = byAlias.apply(alias);
    return asked == null ? null : asked.certificate().privateKey();
  }
}
