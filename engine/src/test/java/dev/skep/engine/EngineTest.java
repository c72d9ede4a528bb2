package dev.skep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.engine.fake.FakeContainer;
import dev.skep.engine.fake.FakeEngine;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.engine.log.LogFrame;
import dev.skep.engine.log.LogQuery;
import dev.skep.engine.log.LogStream;
import dev.skep.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
  @TempDir Path dir;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private Path socket = Path.of("/");
  private @Nullable FakeEngine fake;
  private @Nullable Engine engine;

  @BeforeEach
  void start() throws Exception {
    socket = dir.resolve("engine.sock");
    fake = FakeEngine.start(vertx, socket);
    engine = new Engine(vertx, socket);
  }

  @AfterEach
  void stop() throws Exception {
    Await.result(vertx.close());
  }

  private FakeEngine fake() {
    return java.util.Objects.requireNonNull(fake);
  }

  private Engine engine() {
    return java.util.Objects.requireNonNull(engine);
  }

  private static JsonObject body(String image) {
    return new JsonObject().put("Image", image).put("Labels", new JsonObject().put("l", "1"));
  }

  @Test
  void runs_a_container_through_its_life() throws Exception {
    fake().addImage("app:1");
    String id = Await.result(engine().createContainer("c1", body("app:1")));
    assertThat(Await.result(engine().inspectContainer(id)).phase())
        .isEqualTo(ContainerPhase.CREATED);
    Await.result(engine().startContainer(id));
    Await.result(engine().startContainer(id));
    ContainerDetails running = Await.result(engine().inspectContainer("c1"));
    assertThat(running.phase()).isEqualTo(ContainerPhase.RUNNING);
    assertThat(running.pid()).isPositive();
    assertThat(running.endpoints())
        .hasEntrySatisfying("bridge", e -> assertThat(e.address()).endsWith("/16"));
    assertThat(Await.result(engine().listContainers(List.of("l=1"))))
        .extracting(ContainerSummary::name, ContainerSummary::phase)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("c1", ContainerPhase.RUNNING));
    assertThat(Await.result(engine().listContainers(List.of("l=2")))).isEmpty();
    Await.result(engine().stopContainer(id, java.time.Duration.ofSeconds(10)));
    assertThat(Await.result(engine().inspectContainer(id)).exitCode()).isEqualTo(143);
    Await.result(engine().removeContainer(id));
    assertThatThrownBy(() -> Await.result(engine().inspectContainer(id)))
        .hasMessage("No such container: " + id);
  }

  @Test
  void an_error_carries_the_status_and_the_engines_own_words() {
    assertThatThrownBy(() -> Await.result(engine().createContainer("c1", body("nosuch:9"))))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.status()).isEqualTo(404))
        .hasMessage("No such image: nosuch:9");
  }

  @Test
  void asks_for_the_version_once_and_uses_it() throws Exception {
    fake().speak("1.44");
    Await.result(engine().info());
    Await.result(engine().version());
    assertThat(fake().calls())
        .containsExactly("GET /_ping", "GET /v1.44/info", "GET /v1.44/version");
  }

  @Test
  void an_engine_that_came_back_may_speak_another_version() throws Exception {
    Await.result(engine().info());
    fake().down();
    assertThatThrownBy(() -> Await.result(engine().info()))
        .isInstanceOf(EngineUnavailableException.class)
        .extracting(failure -> ((EngineUnavailableException) failure).status())
        .isIn(502, 503);
    fake().speak("1.43");
    fake().up();
    fake().forgetCalls();
    Await.result(engine().info());
    assertThat(fake().calls()).containsExactly("GET /_ping", "GET /v1.43/info");
  }

  @Test
  void a_pull_ends_well_or_with_the_registrys_words() throws Exception {
    fake().makePullable("app:2");
    Pull pulled =
        Await.result(engine().pull("app:2", "e30=").compose(pull -> pull.done().map(pull)));
    assertThat(pulled.progress().text())
        .isEqualTo("pulling image: 1 of 1 layers done, 3.0 of 3.0 MB downloaded");
    assertThat(fake().lastRegistryAuth()).isEqualTo("e30=");
    assertThatThrownBy(() -> Await.result(engine().pull("app:3", null).compose(Pull::done)))
        .hasMessageStartingWith("pull access denied for app");
  }

  @Test
  void events_go_on_where_they_were_when_the_engine_comes_back() throws Exception {
    fake().addImage("app:1");
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    EventStream stream =
        EventStream.open(
            vertx,
            engine(),
            Map.of(
                "type",
                List.of("container"),
                "label",
                List.of("l=1"),
                "event",
                List.of("die", "health_status")),
            new EventStream.Listener() {
              @Override
              public void connected() {
                heard.add("connected");
              }

              @Override
              public void event(EngineEvent event) {
                heard.add(event.action() + " " + event.attributes().get("name"));
              }

              @Override
              public void lost(@Nullable Throwable cause) {
                heard.add("lost");
              }
            });
    assertThat(next(heard)).isEqualTo("connected");
    FakeContainer c1 = started("c1");
    FakeContainer c2 = started("c2");
    fake().health(c2, "healthy", "");
    fake().exit(c1, 1);
    assertThat(next(heard)).isEqualTo("health_status: healthy c2");
    assertThat(next(heard)).isEqualTo("die c1");
    fake().down();
    assertThat(next(heard)).isEqualTo("lost");
    fake().exit(c2, 0);
    fake().up();
    String after = next(heard);
    while (after.equals("lost")) {
      after = next(heard);
    }
    assertThat(after).isEqualTo("connected");
    assertThat(List.of(next(heard), next(heard)))
        .as("the last one again, and the one that was missed")
        .containsExactly("die c1", "die c2");
    stream.close();
  }

  private FakeContainer started(String name) throws Exception {
    String id = Await.result(engine().createContainer(name, body("app:1")));
    Await.result(engine().startContainer(id));
    return fake().named(name);
  }

  private static String next(BlockingQueue<String> heard) throws InterruptedException {
    String next = heard.poll(20, TimeUnit.SECONDS);
    return next == null ? "nothing within 20 s" : next;
  }

  @Test
  void reads_a_log_to_its_end() throws Exception {
    fake().addImage("app:1");
    FakeContainer c = started("c1");
    fake().log(c, 1, "one\n");
    fake().log(c, 2, "two\n");
    io.vertx.core.Promise<List<LogFrame>> all = io.vertx.core.Promise.promise();
    List<LogFrame> frames = new ArrayList<>();
    LogStream log =
        Await.result(
            engine()
                .logs(c.id, new LogQuery(true, true, true, false, false, "", "", "all"), false));
    log.read(frames::addAll, cause -> all.complete(frames));
    fake().log(c, 1, "three\n");
    fake().exit(c, 0);
    assertThat(Await.result(all.future()).stream().map(f -> f.stream() + f.payload().toString()))
        .containsExactly("1one\n", "2two\n", "1three\n");
  }
}
