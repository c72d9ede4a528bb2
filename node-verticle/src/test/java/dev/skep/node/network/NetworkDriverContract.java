package dev.skep.node.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.engine.Engine;
import dev.skep.engine.http.EngineException;
import dev.skep.node.AgentContext;
import dev.skep.node.Fixtures;
import dev.skep.node.network.NetworkRequest.Addressing;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import dev.skep.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every network driver does, on an engine that the test has. */
abstract class NetworkDriverContract {
  static final Addressing GIVEN =
      new Addressing(Subnet.parse("10.211.7.0/24"), IpAddress.parse("10.211.7.3"));
  private static final Addressing OTHER =
      new Addressing(Subnet.parse("10.211.8.0/24"), IpAddress.parse("10.211.8.1"));
  private static final String NODE = "contract1";
  private static final NetworkRequest FREE =
      NetworkRequest.of(Fixtures.network("contractnet1", "front"));
  private static final NetworkRequest ADDRESSED =
      new NetworkRequest(Fixtures.network("contractnet2", "back"), GIVEN);

  final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private @Nullable Engine engine;
  private @Nullable NetworkDriver driver;
  private @Nullable AgentContext context;

  /** A driver for a node on the engine. */
  abstract NetworkDriver driver(Engine of, String nodeId);

  /** Makes the engine and gives its socket. */
  abstract Path engineSocket() throws Exception;

  /** An image that the engine has, whose containers run on. */
  abstract String image();

  @BeforeEach
  void start() throws Exception {
    Engine own = new Engine(vertx, engineSocket());
    engine = own;
    driver = driver(own, NODE);
    context = AgentContext.on(vertx);
  }

  @AfterEach
  void stop() {
    try {
      context().run(() -> driver().present().forEach(driver()::remove));
    } finally {
      Await.result(vertx.close());
    }
  }

  Engine engine() {
    return Objects.requireNonNull(engine);
  }

  private NetworkDriver driver() {
    return Objects.requireNonNull(driver);
  }

  private AgentContext context() {
    return Objects.requireNonNull(context);
  }

  private LocalNetwork create(NetworkRequest wanted) {
    return context().call(() -> driver().create(wanted));
  }

  private void remove(NetworkRequest network) {
    context().run(() -> driver().remove(network.id()));
  }

  @Test
  void what_is_made_twice_is_there_once() {
    LocalNetwork made = create(FREE);
    assertThat(made.networkId()).isEqualTo(FREE.id());
    assertThat(made.engineName()).isEqualTo(driver().engineName(FREE.id()));
    assertThat(create(FREE)).isEqualTo(made);
    assertThat(context().call(driver()::present)).containsExactly(FREE.id());
  }

  @Test
  void is_present_until_it_is_removed_and_may_be_removed_again() {
    remove(FREE);
    create(FREE);
    create(ADDRESSED);
    assertThat(context().call(driver()::present))
        .containsExactlyInAnyOrder(FREE.id(), ADDRESSED.id());
    remove(FREE);
    remove(FREE);
    assertThat(context().call(driver()::present)).containsExactly(ADDRESSED.id());
  }

  @Test
  void repairs_what_is_there_and_makes_nothing_new() {
    assertThat(context().call(() -> driver().repair(FREE))).isEmpty();
    assertThat(context().call(driver()::present)).isEmpty();
    LocalNetwork made = create(FREE);
    assertThat(context().call(() -> driver().repair(FREE))).contains(made);
    assertThat(context().call(() -> driver().repair(FREE))).contains(made);
  }

  @Test
  void takes_the_addresses_that_it_is_given() {
    LocalNetwork made = create(ADDRESSED);
    assertThat(made.subnet()).isEqualTo(GIVEN.subnet());
    assertThat(made.dnsAddress()).isEqualTo(GIVEN.gateway());
    assertThat(create(ADDRESSED)).isEqualTo(made);
    assertThat(context().call(() -> driver().repair(ADDRESSED))).contains(made);
  }

  @Test
  void says_that_a_network_which_is_there_cannot_get_other_addresses() {
    create(ADDRESSED);
    NetworkRequest changed = new NetworkRequest(ADDRESSED.network(), OTHER);
    assertThatThrownBy(() -> create(changed))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("back")
        .hasMessageContaining(GIVEN.subnet().toString())
        .hasMessageContaining(OTHER.subnet().toString());
  }

  @Test
  void attaches_with_the_address_that_it_is_given_as_often_as_it_is_asked() {
    LocalNetwork made = create(ADDRESSED);
    IpAddress address = IpAddress.parse("10.211.7.9");
    for (int i = 0; i < 2; i++) {
      Attachment attachment = context().call(() -> driver().attach(made, "t1", address));
      assertThat(attachment).isEqualTo(new Attachment(made.engineName(), address));
    }
    for (int i = 0; i < 2; i++) {
      context().run(() -> driver().detach(ADDRESSED.id(), "t1"));
    }
  }

  @Test
  void attaches_without_an_address_and_refuses_one_that_is_elsewhere() {
    LocalNetwork made = create(ADDRESSED);
    assertThat(context().call(() -> driver().attach(made, "t1", null)).address()).isNull();
    assertThatThrownBy(
            () -> context().call(() -> driver().attach(made, "t1", IpAddress.parse("10.211.8.9"))))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("10.211.8.9")
        .hasMessageContaining("10.211.7.0/24");
  }

  @Test
  void another_nodes_networks_on_the_engine_are_not_its_own() {
    NetworkDriver other = driver(engine(), "contract2");
    LocalNetwork theirs = context().call(() -> other.create(FREE));
    try {
      assertThat(context().call(driver()::present)).isEmpty();
      assertThat(create(FREE).engineName()).isNotEqualTo(theirs.engineName());
      remove(FREE);
      assertThat(context().call(() -> other.repair(FREE))).contains(theirs);
    } finally {
      context().run(() -> other.remove(FREE.id()));
    }
  }

  @Test
  void keeps_a_network_that_a_container_is_on() {
    LocalNetwork made = create(ADDRESSED);
    String container =
        Await.result(
            engine()
                .createContainer(
                    "skep-contract-" + vertx.hashCode(),
                    new JsonObject()
                        .put("Image", image())
                        .put(
                            "HostConfig", new JsonObject().put("NetworkMode", made.engineName()))));
    try {
      Await.result(engine().startContainer(container));
      assertThatThrownBy(() -> remove(ADDRESSED))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("active endpoints");
      assertThat(context().call(driver()::present)).containsExactly(ADDRESSED.id());
    } finally {
      Await.result(engine().removeContainer(container));
    }
  }
}
