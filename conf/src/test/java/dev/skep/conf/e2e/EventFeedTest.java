package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who reads every change misses none, also when the manager's daemon is killed in between. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class EventFeedTest {
  private final DemoSwarm swarm;

  EventFeedTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @Test
  void a_reader_resumes_behind_what_it_saw_before_the_manager_was_killed() {
    long start = last(read("/skep/v1/events?follow=0"));
    create("fed-1");
    swarm.awaitReplicas("fed-1", 1);
    List<JsonObject> before = read("/skep/v1/events?follow=0&kind=service,task&since=" + start);
    long seen = last(before);
    create("fed-2");

    swarm.kill(1);
    swarm.demoSucceeds();
    swarm.awaitReplicas("fed-2", 1);
    List<JsonObject> after = read("/skep/v1/events?follow=0&kind=service,task&since=" + seen);

    assertThat(created(before)).containsExactly("fed-1");
    assertThat(created(after)).containsExactly("fed-2");
    // States that come together are committed together, so not every one has an event.
    assertThat(states(after, "fed-2"))
        .as("the states of its task")
        .contains("running")
        .doesNotHaveDuplicates();
    assertThat(indexes(after)).isSorted().allMatch(index -> index > seen);
    assertThat(events(read("/skep/v1/events?follow=0&kind=service,task&since=" + start)))
        .as("read in one go")
        .startsWith(
            Stream.concat(events(before).stream(), events(after).stream())
                .toArray(JsonObject[]::new));

    swarm.docker("service", "rm", "fed-1", "fed-2");
  }

  private void create(String name) {
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        name,
        "--entrypoint",
        "sleep",
        DemoSwarm.IMAGE,
        "1000");
  }

  private static List<JsonObject> events(List<JsonObject> lines) {
    return lines.stream().filter(line -> line.containsKey("Kind")).toList();
  }

  private static List<Long> indexes(List<JsonObject> lines) {
    return lines.stream().map(line -> line.getLong("Index")).toList();
  }

  private static long last(List<JsonObject> lines) {
    return indexes(lines).getLast();
  }

  private static List<String> created(List<JsonObject> lines) {
    return events(lines).stream()
        .filter(event -> event.getString("Kind").equals("service"))
        .filter(event -> event.getString("Action").equals("create"))
        .map(event -> event.getString("Name"))
        .toList();
  }

  private static List<String> states(List<JsonObject> lines, String service) {
    return events(lines).stream()
        .filter(event -> event.getString("Kind").equals("task"))
        .map(event -> event.getJsonObject("Attributes"))
        .filter(attributes -> service.equals(attributes.getString("service.name")))
        .filter(attributes -> attributes.containsKey("state.new"))
        .map(attributes -> attributes.getString("state.new"))
        .toList();
  }

  /** The lines of an answer that ends. HTTP/1.0 has no chunks. */
  private List<JsonObject> read(String uri) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(swarm.socket(1)));
      ByteBuffer request =
          ByteBuffer.wrap(
              ("GET " + uri + " HTTP/1.0\r\nHost: skep\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      while (request.hasRemaining()) {
        channel.write(request);
      }
      String answer =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.0 200 ");
      return answer.substring(answer.indexOf("\r\n\r\n") + 4).lines().map(JsonObject::new).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
