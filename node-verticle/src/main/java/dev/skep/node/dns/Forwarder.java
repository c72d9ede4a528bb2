package dev.skep.node.dns;

import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Hands questions to other servers and their answers back, byte for byte except for the number that
 * pairs them: whatever clients and servers say to each other arrives. Used on one context only.
 *
 * <p>Each question goes out with a random number and from a port of its own. So an answer is hard
 * to forge.
 */
final class Forwarder {
  /**
   * Questions under way at most. Each holds a socket for a moment. The engine's own resolver sends
   * no more than a thousand from a container, and a lookup takes milliseconds unless a server is
   * dead.
   */
  private static final int MOST = 512;

  /** The engine's resolver, which asks for the container, waits four seconds. */
  private static final Duration PATIENCE = Duration.ofMillis(3600);

  /** A lost packet, or a server that is down, should not be the end of it. */
  private static final int FEWEST_TRIES = 2;

  /** As many as the C library asks. */
  private static final int MOST_TRIES = 3;

  /** With these a server says that it cannot tell; the next one may. */
  private static final Set<DnsResponseCode> HELPLESS =
      Set.of(DnsResponseCode.SERVFAIL, DnsResponseCode.REFUSED, DnsResponseCode.NOTIMP);

  private final Vertx vertx;
  private final RandomGenerator random;
  private final int most;
  private final Duration patience;
  private @Nullable NetClient client;
  private int underWay;

  /**
   * @param random a secure source
   */
  Forwarder(Vertx vertx, RandomGenerator random) {
    this(vertx, random, MOST, PATIENCE);
  }

  Forwarder(Vertx vertx, RandomGenerator random, int most, Duration patience) {
    this.vertx = vertx;
    this.random = random;
    this.most = most;
    this.patience = patience;
  }

  /**
   * Asks one server after another until one can tell.
   *
   * @param whole whether an answer that does not fit a datagram is fetched over TCP; else it comes
   *     back as the server cut it, and says so
   * @return the answer, with the question's number; the last one when none could tell. Fails with
   *     IllegalStateException when nobody answered in time, when there is no server, and when too
   *     much is under way
   */
  Future<Buffer> forward(Buffer query, List<SocketAddress> servers, boolean whole) {
    if (servers.isEmpty()) {
      return Future.failedFuture(
          new IllegalStateException(
              "there is no server to ask: the host's resolv.conf names none"));
    }
    if (underWay >= most) {
      return Future.failedFuture(
          new IllegalStateException(most + " questions are under way already"));
    }
    underWay++;
    int tries = Math.clamp(servers.size(), FEWEST_TRIES, MOST_TRIES);
    return attempt(query, servers, whole, 0, tries)
        .map(answer -> DnsMessages.withId(answer, DnsMessages.id(query)))
        .onComplete(done -> underWay--);
  }

  private Future<Buffer> attempt(
      Buffer query, List<SocketAddress> servers, boolean whole, int begun, int tries) {
    SocketAddress server = servers.get(begun % servers.size());
    Future<Buffer> asked =
        datagram(query, server, patience.dividedBy(tries))
            .compose(answer ->
                whole && DnsMessages.truncated(answer)
                    ? stream(query, server, patience.dividedBy(tries))
                    : Future.succeededFuture(answer));
    if (begun + 1 == tries) {
      return asked;
    }
    return asked.transform((answer, failure) ->
        failure == null && !HELPLESS.contains(DnsMessages.code(answer))
            ? Future.succeededFuture(answer)
            : attempt(query, servers, whole, begun + 1, tries)
                .recover(e ->
                    failure == null ? Future.succeededFuture(answer) : Future.failedFuture(e)));
  }

  private Future<Buffer> datagram(Buffer query, SocketAddress server, Duration atMost) {
    int id = random.nextInt(1 << Short.SIZE);
    boolean ipv6 = server.hostAddress().indexOf(':') >= 0;
    DatagramSocket socket = vertx.createDatagramSocket(new DatagramSocketOptions().setIpV6(ipv6));
    Promise<Buffer> answered = Promise.promise();
    socket.exceptionHandler(answered::tryFail);
    socket.handler(packet -> {
      if (comesFrom(server, packet)
          && DnsMessages.complete(packet.data())
          && DnsMessages.id(packet.data()) == id) {
        answered.tryComplete(packet.data());
      }
    });
    socket
        .listen(0, ipv6 ? "::" : "0.0.0.0")
        .compose(
            bound -> bound.send(DnsMessages.withId(query, id), server.port(), server.hostAddress()))
        .onFailure(answered::tryFail);
    return within(answered, server, atMost).onComplete(done -> socket.close());
  }

  private static boolean comesFrom(SocketAddress server, DatagramPacket packet) {
    return packet.sender().port() == server.port()
        && Arrays.equals(bytesOf(packet.sender().hostAddress()), bytesOf(server.hostAddress()));
  }

  private static byte @Nullable [] bytesOf(String address) {
    return NetUtil.createByteArrayFromIpAddressString(address);
  }

  private Future<Buffer> stream(Buffer query, SocketAddress server, Duration atMost) {
    NetClient connecting = client;
    if (connecting == null) {
      connecting =
          vertx.createNetClient(new NetClientOptions().setConnectTimeout((int) atMost.toMillis()));
      client = connecting;
    }
    Promise<Buffer> answered = Promise.promise();
    connecting
        .connect(server)
        .onFailure(answered::tryFail)
        .onSuccess(socket -> {
          TcpFrames.read(
              socket,
              answer -> {
                if (DnsMessages.complete(answer)) {
                  answered.tryComplete(answer);
                }
              });
          socket.closeHandler(closed ->
              answered.tryFail(new IllegalStateException(server + " hung up on a question")));
          TcpFrames.write(socket, query);
          answered.future().onComplete(done -> socket.close());
        });
    return within(answered, server, atMost);
  }

  private Future<Buffer> within(Promise<Buffer> answered, SocketAddress server, Duration atMost) {
    long timer =
        vertx.setTimer(
            atMost.toMillis(),
            late ->
                answered.tryFail(
                    new IllegalStateException(
                        server + " did not answer within " + atMost.toMillis() + " ms")));
    return answered.future().onComplete(done -> vertx.cancelTimer(timer));
  }
}
