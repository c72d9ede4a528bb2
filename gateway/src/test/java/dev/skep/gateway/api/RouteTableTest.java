package dev.skep.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteTableTest {
  private static final Endpoint NONE = call -> Reply.done();
  private final RouteTable table =
      new RouteTable(
          List.of(
              ApiRoute.get("/services", NONE),
              ApiRoute.post("/services/create", NONE),
              ApiRoute.get("/services/{id}", NONE),
              ApiRoute.post("/services/{id}/update", NONE),
              ApiRoute.get("/networks/", NONE),
              ApiRoute.get("/networks/{id+}", NONE),
              ApiRoute.post("/networks/{id+}/connect", NONE)));

  @Test
  void finds_by_method_and_path() {
    assertThat(named(HttpMethod.GET, "/services")).contains(Map.of());
    assertThat(named(HttpMethod.GET, "/services/web")).contains(Map.of("id", "web"));
    assertThat(named(HttpMethod.POST, "/services/create")).contains(Map.of());
    assertThat(named(HttpMethod.POST, "/services/a%2Fb+c/update")).contains(Map.of("id", "a/b+c"));
  }

  @Test
  void takes_a_name_with_slashes_where_the_engine_does() {
    assertThat(named(HttpMethod.GET, "/networks/")).contains(Map.of());
    assertThat(named(HttpMethod.GET, "/networks/a/b")).contains(Map.of("id", "a/b"));
    assertThat(named(HttpMethod.GET, "/networks/a/")).contains(Map.of("id", "a/"));
    assertThat(named(HttpMethod.POST, "/networks/a/b/connect")).contains(Map.of("id", "a/b"));
    assertThat(named(HttpMethod.POST, "/networks/connect")).isEmpty();
  }

  @Test
  void leaves_the_rest_to_the_engine() {
    assertThat(named(HttpMethod.POST, "/services")).isEmpty();
    assertThat(named(HttpMethod.GET, "/services/")).isEmpty();
    assertThat(named(HttpMethod.GET, "/services/a/b")).isEmpty();
    assertThat(named(HttpMethod.GET, "/")).isEmpty();
    assertThat(named(HttpMethod.GET, "*")).isEmpty();
    assertThat(named(HttpMethod.GET, "/containers/json")).isEmpty();
  }

  private Optional<Map<String, String>> named(HttpMethod method, String path) {
    return table.find(method, path).map(RouteTable.Match::named);
  }
}
