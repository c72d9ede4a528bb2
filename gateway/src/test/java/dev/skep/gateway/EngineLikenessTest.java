package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.http.ApiEndpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same bytes to a real engine and to the gateway in front of it, outside of any swarm: both say
 * the same, whoever answers.
 */
@Tag("engine")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineLikenessTest {
  private static final String CLOSE = "Host: d\r\nConnection: close\r\n";

  private Path engine;
  private GatewayFixture gateway;

  @BeforeAll
  void open() {
    ApiEndpoint endpoint =
        ApiEndpoint.parse(
            Optional.ofNullable(System.getenv("SKEP_ENGINE"))
                .orElse("unix:///var/run/docker.sock"));
    engine = ((ApiEndpoint.Unix) endpoint).path();
    gateway = new GatewayFixture(endpoint);
    // The gateway knows the engine's version from its first answer on.
    gateway.get("/info").expect(200);
  }

  @AfterAll
  void close() {
    gateway.close();
  }

  /** What a clean target is, and all its disguises; SERVICES is claimed, IMAGES is not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1.41/%73ervices",
        "/v1.41%2Fservices",
        "/%76%31.41/services",
        "/v1.41/services/",
        "/v1.41//services",
        "//v1.41/services",
        "/./v1.41/services",
        "/v1.41/x/../services",
        "/../v1.41/services",
        "/v1.41/services/%2e",
        "/v1.41/services/%2e%2e/services",
        "/v1.41/%2fservices",
        "/v1.41/services;x=1",
        "/v1.41/services%3Fa=b",
        "/v1.41/services#x",
        "/v1.41/services?",
        "/v1.41/services?a;b",
        "/v1.41/services?x=%zz",
        "/v1.41/%zz",
        "/v1.41/services%",
        "/V1.41/services",
        "/v1.41/SERVICES",
        "/v1.41.0/services",
        "/v1.41./services",
        "/v01.041/services",
        "/v/services",
        "/v1.41/v1.41/services",
        "/v-1.41/services",
        "http://x/v1.41/services",
        "HTTP://x/v1.41/services",
        "http://x:99999/v1.41/services",
        "http:///v1.41/services",
        "http://x//v1.41/services",
        "http://x",
        "http://x?a",
        "https://u:p@x/v1.41/services",
        "foo:/v1.41/services",
        "foo:bar",
        "http:services",
        "//x/v1.41/services",
        "services",
        "*",
        "",
        "/v1.41/services/a%2Fb",
        "/v1.41/services/a/b",
        "/v1.41/services/a%20b",
        "/v1.41/services/%00",
        "/v1.41/services/\u0001",
        "/v1.41/services/\u00e9",
        "/v1.41/networks/a/b",
        "/v1.41/networks/a%2Fb",
        "/v1.41/networks/a/",
        "/v1.41/swarm/",
        "/v1.41/%73warm",
        "/v1.41/info/",
        "/v1.41/containers/a/b/json",
        "/v1.41/containers/%2Fx/json",
        "/containers//x/json",
        "http://[::1]/v1.41/services",
        "http://[::1/v1.41/services",
        "http://%41/v1.41/services",
        ":foo",
        "1http://x/services",
        "/v1.41/services/.."
      })
  void finds_the_same_endpoint(String target) throws Exception {
    same("GET " + target + " HTTP/1.1\r\n" + CLOSE + "\r\n", true);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void says_the_same_to_an_odd_request(String request) throws Exception {
    same(request, true);
  }

  @ParameterizedTest
  @MethodSource("closing")
  void says_the_same_to_a_client_that_does_not_end_its_output(String request) throws Exception {
    same(request, false);
  }

  static Stream<String> closing() {
    return requests()
        .filter(request -> request.contains(CLOSE) && request.contains("HTTP/1.1\r\n"));
  }

  static Stream<String> requests() {
    List<String> all = new ArrayList<>();
    for (String get : List.of("GET /v1.41/services", "GET /v1.41/images/json")) {
      String target = get.substring(4);
      for (String version :
          List.of(
              "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1", "HTTPS/1.1")) {
        all.add(get + " " + version + "\r\n" + CLOSE + "\r\n");
      }
      for (String method :
          List.of("get", "FOO", "G(T", "", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PUT", "PATCH")) {
        all.add(method + " " + target + " HTTP/1.1\r\n" + CLOSE + "\r\n");
      }
      for (String lines :
          List.of(
              "",
              "Host:\r\n",
              "Host: a\r\nHost: b\r\n",
              "Host: a b\r\n",
              "Host: a/b\r\n",
              CLOSE + "X: a\rb\r\n",
              CLOSE + "X: a\r\n b\r\n",
              " X: a\r\n" + CLOSE,
              CLOSE + "X : a\r\n",
              CLOSE + "X Y: a\r\n",
              CLOSE + "XYZ\r\n",
              CLOSE + ": a\r\n",
              CLOSE + "X: a\u0001b\r\n",
              CLOSE + "X: a\u007fb\r\n",
              CLOSE + "X: \u00e9\r\n",
              CLOSE + "\u00e9: x\r\n",
              CLOSE + "Expect: 100-continue\r\n",
              CLOSE + "Expect: 200-ok\r\n",
              "Host: d\r\nConnection: keep-alive\r\nConnection: close\r\n",
              "Host: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n",
              "Host: d\r\nUpgrade: tcp\r\n",
              CLOSE + "X: " + "a".repeat(900_000) + "\r\n")) {
        all.add(get + " HTTP/1.1\r\n" + lines + "\r\n");
      }
      all.add(get + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      all.add(get + " HTTP/1.0\r\n\r\n");
      all.add(get + "\r\n" + CLOSE + "\r\n");
      all.add(get.replace(" ", "  ") + " HTTP/1.1\r\n" + CLOSE + "\r\n");
      all.add(get.replace(" ", "\t") + " HTTP/1.1\r\n" + CLOSE + "\r\n");
      all.add("\r\n" + get + " HTTP/1.1\r\n" + CLOSE + "\r\n");
      all.add(get + " HTTP/1.1\nHost: d\nConnection: close\n\n");
      all.add(get + " HTTP/1.1\r\nHo");
      all.add(get + "?x=" + "a".repeat(300_000) + " HTTP/1.1\r\n" + CLOSE + "\r\n");
      all.add((get + " HTTP/1.1\r\nHost: d\r\n\r\n") + "junk\r\n\r\n");
    }
    for (String post :
        List.of("POST /v1.41/secrets/create", "POST /v1.41/containers/nope/rename?name=x")) {
      String head = post + " HTTP/1.1\r\n" + CLOSE + "Content-Type: application/json\r\n";
      for (String length :
          List.of(
              "2\r\nContent-Length: 2",
              "2\r\nContent-Length: 3",
              "2, 2",
              "+2",
              "-2",
              "0x2",
              "two",
              "99999999999999999999")) {
        all.add(head + "Content-Length: " + length + "\r\n\r\n{}");
      }
      String chunks = "\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
      for (String encoding :
          List.of(
              "chunked",
              "CHUNKED",
              "gzip",
              "gzip, chunked",
              "chunked, chunked",
              "identity",
              "",
              "chunked\r\nTransfer-Encoding: chunked",
              "chunked\r\nContent-Length: x")) {
        all.add(head + "Transfer-Encoding: " + encoding + chunks);
      }
      for (String chunk : List.of("zz", "-2", "0x2", " 2", "fffffffffffffffff", "")) {
        all.add(head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "\r\n{}\r\n0\r\n\r\n");
      }
      for (String chunk : List.of("2;a=b", "2 ", "0000000000000002")) {
        all.add(head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + "\r\n{}\r\n0\r\n\r\n");
      }
      all.add(head + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}");
    }
    all.add("\u0016\u0003\u0001\u0002\u0000xxx\r\n\r\n");
    all.add("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    all.add("SSH-2.0-OpenSSH_9\r\n");
    all.add("");
    all.add("\r\n\r\n");
    return all.stream();
  }

  private void same(String request, boolean end) throws Exception {
    String told = comparable(RawClient.talk(engine, request, end));
    String ours = comparable(RawClient.talk(gateway.socket.path(), request, end));
    assertThat(ours).as(request.substring(0, Math.min(300, request.length()))).isEqualTo(told);
  }

  /** Without what may differ: the order and the case of headers, the date, and who says it. */
  private static String comparable(String answer) {
    List<String> lines = new ArrayList<>();
    for (String line : answer.split("\r\n", -1)) {
      int colon = line.indexOf(": ");
      boolean header = colon > 0 && line.substring(0, colon).matches("[A-Za-z-]+");
      String name = header ? line.substring(0, colon).toLowerCase(Locale.ROOT) : "";
      if (!List.of("date", "server", "api-version", "ostype", "docker-experimental")
          .contains(name)) {
        lines.add(header ? name + line.substring(colon) : line);
      }
    }
    int body = lines.indexOf("");
    if (body > 1) {
      lines.subList(1, body).sort(null);
    }
    return String.join("\n", lines);
  }
}
