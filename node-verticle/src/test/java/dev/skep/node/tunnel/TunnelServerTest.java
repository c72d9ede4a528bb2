package dev.skep.node.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.bus.message.TunnelMessages;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class TunnelServerTest {
  private static final String HOST = "127.0.0.1";

  @TempDir Path directory;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T03:00:00Z"));
  private ServerSocketChannel engine;
  private TunnelServer server;

  @BeforeEach
  void listen() throws Exception {
    engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    engine.bind(UnixDomainSocketAddress.of(directory.resolve("engine.sock")));
    server =
        TunnelServer.listen(HOST, directory.resolve("engine.sock"), now::get, new Random(1))
            .await(5, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    server.close().await(5, TimeUnit.SECONDS);
    engine.close();
  }

  @Test
  void an_end_of_input_passes_and_the_answer_still_comes() throws Exception {
    CompletableFuture<Void> echo =
        CompletableFuture.runAsync(() -> {
          try (SocketChannel accepted = engine.accept()) {
            byte[] heard = toEnd(accepted);
            accepted.write(
                ByteBuffer.wrap(("heard " + text(heard)).getBytes(StandardCharsets.UTF_8)));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    try (Socket peer = connect(server.ticket().text(), "POST /exec/1/start stdin")) {
      peer.shutdownOutput();

      assertThat(text(peer.getInputStream().readAllBytes()))
          .isEqualTo("heard POST /exec/1/start stdin");
    }
    echo.get(5, TimeUnit.SECONDS);
  }

  @Test
  void an_end_of_output_passes_and_input_still_goes() throws Exception {
    CompletableFuture<byte[]> heard =
        CompletableFuture.supplyAsync(() -> {
          try (SocketChannel accepted = engine.accept()) {
            accepted.shutdownOutput();
            return toEnd(accepted);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    try (Socket peer = connect(server.ticket().text(), "")) {
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
      peer.getOutputStream().write("more".getBytes(StandardCharsets.UTF_8));
      peer.shutdownOutput();
      assertThat(text(heard.get(5, TimeUnit.SECONDS))).isEqualTo("more");
    }
  }

  @Test
  void a_slow_reader_gets_everything() throws Exception {
    byte[] much = new byte[16 * 1024 * 1024];
    new Random(2).nextBytes(much);
    CompletableFuture<Void> sender =
        CompletableFuture.runAsync(() -> {
          try (SocketChannel accepted = engine.accept()) {
            ByteBuffer all = ByteBuffer.wrap(much);
            while (all.hasRemaining()) {
              accepted.write(all);
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    try (Socket peer = connect(server.ticket().text(), "")) {
      InputStream in = peer.getInputStream();
      byte[] begin = in.readNBytes(1);
      assertThat(sender).as("what is not read waits at the engine").isNotDone();
      byte[] rest = in.readAllBytes();

      assertThat(Arrays.equals(rest, Arrays.copyOfRange(much, 1, much.length))).isTrue();
      assertThat(begin[0]).isEqualTo(much[0]);
    }
    sender.get(5, TimeUnit.SECONDS);
  }

  @Test
  void a_peer_that_goes_away_ends_the_engines_work() throws Exception {
    CompletableFuture<byte[]> heard =
        CompletableFuture.supplyAsync(() -> {
          try (SocketChannel accepted = engine.accept()) {
            return toEnd(accepted);
          } catch (IOException e) {
            return new byte[0];
          }
        });
    connect(server.ticket().text(), "GET /events").close();

    assertThat(text(heard.get(5, TimeUnit.SECONDS))).isEqualTo("GET /events");
  }

  @Test
  void a_ticket_is_good_once() throws Exception {
    String ticket = server.ticket().text();
    try (Socket first = connect(ticket, "");
        SocketChannel accepted = engine.accept()) {
      assertThat(first.isConnected() && accepted.isOpen()).isTrue();
    }

    assertThat(answer(ticket)).startsWith("HTTP/1.1 403 ").contains("ask for another");
  }

  @Test
  void a_ticket_is_not_good_for_ever() throws Exception {
    String ticket = server.ticket().text();
    now.set(now.get().plus(Duration.ofMillis(TunnelMessages.TICKET_MILLIS + 1)));

    assertThat(answer(ticket)).startsWith("HTTP/1.1 403 ");
  }

  @Test
  void nobody_gets_in_without_a_ticket() throws Exception {
    assertThat(answer("GET /containers/json HTTP/1.1")).startsWith("HTTP/1.1 403 ");
    assertThat(answer("x".repeat(100))).startsWith("HTTP/1.1 403 ");
  }

  @Test
  void silent_strangers_give_way_and_members_get_in() throws Exception {
    List<Socket> strangers = new ArrayList<>();
    for (int i = 0; i < Doorway.MAX_WAITING + 3; i++) {
      strangers.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
    }
    try (Socket member = connect(server.ticket().text(), "");
        SocketChannel accepted = engine.accept()) {
      accepted.write(ByteBuffer.wrap("served".getBytes(StandardCharsets.UTF_8)));
      assertThat(text(member.getInputStream().readNBytes(6))).isEqualTo("served");
      for (int i = 0; i < 3; i++) {
        assertThat(strangers.get(i).getInputStream().read()).isNegative();
      }
      try (Socket last = strangers.getLast()) {
        last.getOutputStream().write("no ticket\n".getBytes(StandardCharsets.UTF_8));
        assertThat(text(last.getInputStream().readAllBytes())).startsWith("HTTP/1.1 403 ");
      }
    } finally {
      for (Socket stranger : strangers) {
        stranger.close();
      }
    }
  }

  @Test
  void says_that_the_engine_is_gone() throws Exception {
    engine.close();
    Files.delete(directory.resolve("engine.sock"));

    assertThat(answer(server.ticket().text()))
        .startsWith("HTTP/1.1 503 ")
        .contains("the node's engine cannot be reached");
  }

  private String answer(String line) throws IOException {
    try (Socket peer = connect(line, "")) {
      return text(peer.getInputStream().readAllBytes());
    }
  }

  private Socket connect(String ticket, String more) throws IOException {
    Socket peer = new Socket(InetAddress.getLoopbackAddress(), server.port());
    OutputStream out = peer.getOutputStream();
    out.write((ticket + "\n" + more).getBytes(StandardCharsets.UTF_8));
    return peer;
  }

  private static byte[] toEnd(SocketChannel channel) throws IOException {
    java.io.ByteArrayOutputStream heard = new java.io.ByteArrayOutputStream();
    ByteBuffer part = ByteBuffer.allocate(64 * 1024);
    while (channel.read(part) >= 0) {
      heard.write(part.array(), 0, part.position());
      part.clear();
    }
    return heard.toByteArray();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
