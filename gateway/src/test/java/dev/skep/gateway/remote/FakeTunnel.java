package dev.skep.gateway.remote;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.message.TunnelMessages.OpenTunnel;
import dev.skep.store.bus.message.TunnelMessages.TunnelOpened;
import dev.skep.store.model.Sensitive;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Another node's agent that leads to an engine whoever shows its ticket. */
final class FakeTunnel {
  private static final String HOST = "127.0.0.1";

  private final NetClient client;
  private final NetServer server;
  private final ApiEndpoint engine;

  /** The tickets that were shown, in order. */
  final List<String> shown = new CopyOnWriteArrayList<>();

  private final AtomicInteger given = new AtomicInteger();

  FakeTunnel(Vertx vertx, Bus bus, String nodeId, ApiEndpoint engine) {
    this.engine = engine;
    client = vertx.createNetClient();
    server = vertx.createNetServer().connectHandler(this::check);
    server.listen(0, HOST).await();
    bus.answer(Addresses.tunnel(nodeId), OpenTunnel.class, this::open).completion().await();
  }

  private Future<TunnelOpened> open(OpenTunnel question) {
    return Future.succeededFuture(
        new TunnelOpened(
            HOST,
            server.actualPort(),
            new Sensitive("ticket" + given.incrementAndGet()),
            "1.24",
            "1.41"));
  }

  private void check(NetSocket peer) {
    peer.pause();
    client
        .connect(engine.vertxAddress())
        .onSuccess(way -> {
          peer.handler(first -> {
            int end = first.toString().indexOf('\n');
            shown.add(first.getString(0, end));
            Buffer rest = first.getBuffer(end + 1, first.length());
            way.write(rest);
            peer.handler(way::write);
          });
          way.handler(peer::write);
          way.closeHandler(closed -> peer.close());
          peer.closeHandler(closed -> way.close());
          peer.resume();
        });
  }
}
