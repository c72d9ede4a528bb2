package dev.skep.node.dns;

import dev.skep.testkit.FreePort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A server outside; what it says is the test's. */
public final class FakeServer {
  /** Stands for no answer at all. */
  static final Buffer SILENCE = Buffer.buffer();

  final List<Integer> numbers = new CopyOnWriteArrayList<>();
  private final Vertx vertx;
  private final String address;

  FakeServer(Vertx vertx, String address) {
    this.vertx = vertx;
    this.address = address;
  }

  /** Answers every question with this address. */
  public static Future<SocketAddress> always(Vertx vertx, String at, int port, String answer) {
    UnaryOperator<Buffer> same =
        query ->
            DnsMessages.reply(
                Objects.requireNonNull(DnsMessages.read(query)), List.of(answer), false);
    return new FakeServer(vertx, at).start(port, same, same);
  }

  /** Answers over UDP and TCP at one port; 0 is any that is free over both. */
  Future<SocketAddress> start(
      int port, Function<Buffer, Buffer> udpAnswer, Function<Buffer, Buffer> tcpAnswer) {
    NetServer tcp = vertx.createNetServer();
    tcp.connectHandler(
        socket -> TcpFrames.read(socket, query -> TcpFrames.write(socket, tcpAnswer.apply(query))));
    DatagramSocket udp = vertx.createDatagramSocket();
    udp.handler(packet -> {
      numbers.add(DnsMessages.id(packet.data()));
      Buffer answer = udpAnswer.apply(packet.data());
      if (answer.length() > 0) {
        udp.send(answer, packet.sender().port(), packet.sender().hostAddress());
      }
    });
    int at = port == 0 ? FreePort.at(address) : port;
    return tcp.listen(at, address)
        .compose(bound -> udp.listen(at, address))
        .map(bound -> SocketAddress.inetSocketAddress(at, address));
  }
}
