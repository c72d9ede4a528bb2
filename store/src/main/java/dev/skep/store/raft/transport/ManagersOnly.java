package dev.skep.store.raft.transport;

import java.util.function.Predicate;
import javax.net.ssl.SSLSession;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.thirdparty.io.grpc.Attributes;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.ServerTransportFilter;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;

/**
 * The mutual TLS of a group: who is not admitted is refused in the handshake, and where a resumed
 * session skips that, before its first message is read.
 */
final class ManagersOnly extends ServerTransportFilter {
  private final Predicate<SSLSession> admitted;

  private ManagersOnly(Predicate<SSLSession> admitted) {
    this.admitted = admitted;
  }

  static Parameters parameters(RaftNetwork network) {
    Parameters parameters = new Parameters();
    GrpcConfigKeys.TLS.setConf(
        parameters,
        GrpcTlsConfig.newBuilder()
            .setKeyManager(network.keys())
            .setTrustManager(network.trust())
            .setMutualTls(true)
            .setSslProvider(SslProvider.JDK)
            .setProtocols("TLSv1.3")
            .build());
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters,
        (server, types) -> server.addTransportFilter(new ManagersOnly(network.admitted())));
    return parameters;
  }

  @Override
  public Attributes transportReady(Attributes connection) {
    SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null || !admitted.test(session)) {
      throw Status.PERMISSION_DENIED.asRuntimeException();
    }
    return connection;
  }
}
