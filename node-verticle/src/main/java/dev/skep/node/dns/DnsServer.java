package dev.skep.node.dns;

import dev.skep.node.dns.DnsMessages.Query;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets: takes questions over UDP and TCP at the gateway of each network and answers them
 * from the table, or with what the servers outside say. On an event loop; its public methods may be
 * called from any thread.
 */
final class DnsServer extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);

  /** A container's address is known an engine call after its start; a busy engine takes longer. */
  private static final Duration ARRIVAL = Duration.ofSeconds(2);

  /** Questions that wait for an address at most. */
  private static final int MOST_WAITING = 512;

  /** Connections of one network at most: a client opens one for an answer that is too long. */
  private static final int MOST_CONNECTIONS = 64;

  private static final int IDLE_SECONDS = 10;

  private final Supplier<NameTable> table;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Path resolvConf;
  private final int port;
  private final int upstreamPort;
  private final Map<String, Sockets> sockets = new HashMap<>();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private @Nullable Forwarder forwarder;
  private @Nullable Upstreams upstreams;
  private int turn;

  private static final class Sockets {
    final DatagramSocket udp;
    final NetServer tcp;
    int connections;

    Sockets(DatagramSocket udp, NetServer tcp) {
      this.udp = udp;
      this.tcp = tcp;
    }

    Future<Void> close() {
      return Future.join(udp.close(), tcp.close()).mapEmpty();
    }
  }

  /**
   * @param table the one to answer from now; read on the event loop
   * @param port to listen on, and {@code upstreamPort} to ask others at: 53, except in tests
   */
  DnsServer(
      Supplier<NameTable> table,
      RandomGenerator random,
      InstantSource clock,
      Path resolvConf,
      int port,
      int upstreamPort) {
    this.table = table;
    this.random = random;
    this.clock = clock;
    this.resolvConf = resolvConf;
    this.port = port;
    this.upstreamPort = upstreamPort;
  }

  @Override
  public Future<?> start() {
    forwarder = new Forwarder(vertx, random);
    upstreams = new Upstreams(vertx, resolvConf, clock);
    return Future.succeededFuture();
  }

  /** There is a new table: those who wait may be known in it. */
  void changed() {
    context.runOnContext(now -> {
      List<Runnable> again = new ArrayList<>(waiting);
      waiting.clear();
      again.forEach(Runnable::run);
    });
  }

  /** Listens for a network; does nothing when it does already. Fails when a port is taken. */
  Future<Void> listen(DnsEndpoint place) {
    return onContext(() -> {
      if (sockets.containsKey(place.networkId())) {
        return Future.succeededFuture();
      }
      Sockets opened =
          new Sockets(
              vertx.createDatagramSocket(new DatagramSocketOptions()),
              vertx.createNetServer(new NetServerOptions().setIdleTimeout(IDLE_SECONDS)));
      sockets.put(place.networkId(), opened);
      opened.udp.handler(packet ->
          take(
              packet.data(),
              packet.sender().hostAddress(),
              place,
              false,
              answer ->
                  opened.udp.send(answer, packet.sender().port(), packet.sender().hostAddress())));
      opened.udp.exceptionHandler(e ->
          LOG.atDebug()
              .addKeyValue("network", place.networkId())
              .setCause(e)
              .log("lost a message"));
      opened.tcp.connectHandler(socket -> connected(socket, place, opened));
      return opened
          .udp
          .listen(port, place.address().toString())
          .compose(bound -> opened.tcp.listen(port, place.address().toString()))
          .<Void>mapEmpty()
          .onFailure(e -> {
            sockets.remove(place.networkId(), opened);
            opened.close();
          });
    });
  }

  /** Listens no more for a network. */
  Future<Void> close(String networkId) {
    return onContext(() -> {
      Sockets closed = sockets.remove(networkId);
      return closed == null ? Future.succeededFuture() : closed.close();
    });
  }

  private <T> Future<T> onContext(Supplier<Future<T>> action) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(now -> action.get().onComplete(promise));
    return promise.future();
  }

  private void connected(NetSocket socket, DnsEndpoint place, Sockets owner) {
    if (owner.connections >= MOST_CONNECTIONS) {
      socket.close();
      return;
    }
    owner.connections++;
    socket.closeHandler(closed -> owner.connections--);
    TcpFrames.read(
        socket,
        message ->
            take(
                message,
                socket.remoteAddress().hostAddress(),
                place,
                true,
                answer -> TcpFrames.write(socket, answer)));
  }

  private void take(
      Buffer message, String asker, DnsEndpoint place, boolean tcp, Consumer<Buffer> reply) {
    Query query = DnsMessages.read(message);
    if (query == null) {
      return; // nothing that one could answer
    }
    if (!place.covers(asker)) {
      reply.accept(DnsMessages.reply(query, DnsResponseCode.REFUSED));
    } else if (!query.standard()) {
      reply.accept(DnsMessages.reply(query, DnsResponseCode.NOTIMP));
    } else if (query.question() == null) {
      reply.accept(DnsMessages.reply(query, DnsResponseCode.FORMERR));
    } else {
      answer(new Asked(message, query, asker, place, tcp, reply), clock.millis());
    }
  }

  /** A question, and the way back to who asked. */
  private record Asked(
      Buffer message,
      Query query,
      String asker,
      DnsEndpoint place,
      boolean tcp,
      Consumer<Buffer> reply) {
    void reply(DnsResponseCode code) {
      reply.accept(DnsMessages.reply(query, code));
    }
  }

  private void answer(Asked asked, long since) {
    Query query = asked.query();
    switch (table.get().answer(asked.place().networkId(), asked.asker(), query.name(), turn++)) {
      case Answer.Addresses(List<String> addresses) -> {
        if (query.asksFor(DnsRecordType.A)) {
          asked.reply().accept(DnsMessages.reply(query, addresses, asked.tcp()));
        } else {
          asked.reply(DnsResponseCode.NOERROR);
        }
      }
      case Answer.Nobody _ -> asked.reply(DnsResponseCode.NXDOMAIN);
      case Answer.Refused _ -> asked.reply(DnsResponseCode.REFUSED);
      case Answer.Elsewhere(List<String> nameservers) -> forward(asked, nameservers);
      case Answer.Later _ -> later(asked, since);
    }
  }

  /** Looks again with each new table, until the asker is known or has waited long enough. */
  private void later(Asked asked, long since) {
    long left = since + ARRIVAL.toMillis() - clock.millis();
    if (left <= 0 || waiting.size() >= MOST_WAITING) {
      asked.reply(DnsResponseCode.SERVFAIL);
      return;
    }
    Runnable again = () -> answer(asked, since);
    waiting.add(again);
    vertx.setTimer(
        left,
        late -> {
          if (waiting.remove(again)) {
            asked.reply(DnsResponseCode.SERVFAIL);
          }
        });
  }

  private void forward(Asked asked, List<String> nameservers) {
    Forwarder outside = forwarder;
    Upstreams hosts = upstreams;
    if (outside == null || hosts == null) {
      throw new IllegalStateException("asked before it was started");
    }
    (nameservers.isEmpty() ? hosts.current() : Future.succeededFuture(nameservers))
        .compose(servers ->
            outside.forward(
                asked.message(),
                servers.stream()
                    .map(server -> SocketAddress.inetSocketAddress(upstreamPort, server))
                    .toList(),
                asked.tcp()))
        .onSuccess(asked.reply()::accept)
        .onFailure(e -> {
          LOG.atDebug()
              .addKeyValue("name", asked.query().name())
              .addKeyValue("cause", e.getMessage())
              .log("no answer from outside");
          asked.reply(DnsResponseCode.SERVFAIL);
        });
  }
}
