package dev.skep.gateway.fuzz;

import java.util.List;
import java.util.random.RandomGenerator;

/** Makes requests, byte for byte, that are odd in one or some of their parts; often still right. */
final class WireMutator {
  private static final List<String> METHODS =
      List.of(
          "GET", "POST", "DELETE", "GET", "POST", "GET", "POST", "HEAD", "OPTIONS", "PUT", "get",
          "CONNECT", "");

  private static final List<String> PATHS =
      List.of(
          "/services",
          "/services/web",
          "/services/create",
          "/services/web/update",
          "/swarm",
          "/swarm/init",
          "/swarm/leave",
          "/swarm/unlockkey",
          "/nodes",
          "/nodes/node-2",
          "/tasks",
          "/secrets",
          "/secrets/create",
          "/configs/create",
          "/networks",
          "/networks/a/b",
          "/networks/create",
          "/_ping",
          "/info",
          "/version",
          "/containers/json",
          "/containers/c1/attach",
          "/exec/e1/start",
          "/images/json",
          "/events?until=1");

  private static final List<String> VERSIONS =
      List.of(
          "",
          "/v1.41",
          "/v1.41",
          "/v1.41",
          "/v1.40",
          "",
          "/v1.41.0",
          "/v01.41",
          "/v1",
          "/v1.99",
          "/v...",
          "/V1.41",
          "/v");

  private static final List<String> BEFORE =
      List.of("http://x", "HTTP://localhost:1", "/", "/.", "/x/..", "foo:", "//x", "\u0001", "%2f");

  private static final List<String> PROTOCOLS =
      List.of(
          "HTTP/1.1",
          "HTTP/1.1",
          "HTTP/1.1",
          "HTTP/1.1",
          "HTTP/1.1",
          "HTTP/1.1",
          "HTTP/1.1",
          "HTTP/1.0",
          "HTTP/2.0",
          "http/1.1",
          "");

  private static final List<String> HEADERS =
      List.of(
          "Upgrade: tcp\r\n",
          "Connection: Upgrade\r\nUpgrade: tcp\r\n",
          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n",
          "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n",
          "Expect: 100-continue\r\n",
          "Expect: x\r\n",
          "Connection: close\r\n",
          "Connection: keep-alive\r\n",
          "X: a\r\n b\r\n",
          "X : a\r\n",
          "XYZ\r\n",
          ": x\r\n",
          "X: \u0001\r\n",
          "Host: second\r\n",
          "Content-Type: text/plain\r\n",
          "Content-Type: application/json\r\n",
          "Origin: http://evil.example\r\n",
          "X: " + "x".repeat(20_000) + "\r\n");

  private static final List<String> BODIES =
      List.of(
          "",
          "{}",
          "{",
          "null",
          "[]",
          "{\"Name\":\"web\"}",
          "x".repeat(70_000),
          "{\"Name\":\"s\",\"Data\":\"aG9uZXk=\"}");

  private static final List<String> LENGTHS =
      List.of(
          "0", "1", "-1", "+2", "0x2", "2, 2", "99999999999999999999", "9223372036854775807", "");

  private static final List<String> SIZES =
      List.of(
          "zz",
          "-1",
          "",
          "fffffffffffffffff",
          "80000000",
          "0x2",
          " 2",
          "2 ",
          "2;a=b",
          "2;" + "a".repeat(5_000));

  private static final List<String> ENCODINGS =
      List.of("chunked", "chunked", "CHUNKED", "gzip", "gzip, chunked", "chunked, chunked", "");

  private final RandomGenerator random;

  WireMutator(RandomGenerator random) {
    this.random = random;
  }

  /** One request, or two behind each other. */
  String request() {
    return random.nextInt(10) == 0 ? one() + one() : one();
  }

  private String one() {
    String head = any(METHODS) + " " + target() + " " + any(PROTOCOLS) + "\r\n";
    StringBuilder headers = new StringBuilder(seldom() ? "" : "Host: d\r\n");
    for (int i = random.nextInt(8) - 5; i > 0; i--) {
      headers.append(any(HEADERS));
    }
    String request = head + headers + body();
    return seldom() ? request.substring(0, random.nextInt(1, request.length())) : request;
  }

  private String target() {
    String path = any(VERSIONS) + any(PATHS);
    StringBuilder target = new StringBuilder(random.nextInt(12) == 0 ? any(BEFORE) : "");
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      int chance = random.nextInt(120);
      target.append(
          chance == 0 ? "%" + Integer.toHexString(c) : chance == 1 && c == '/' ? "//" : "" + c);
    }
    return target
        + (seldom() ? any(List.of("/", "/.", ";x", "?a;b", "?a=%zz", "%", "#x", "%00", "?")) : "");
  }

  private String body() {
    String body = any(BODIES);
    return switch (random.nextInt(6)) {
      case 0 -> "\r\n";
      case 1 -> "Content-Length: " + any(LENGTHS) + "\r\n\r\n" + body;
      case 2 -> "Transfer-Encoding: " + any(ENCODINGS) + "\r\n\r\n" + chunks(body);
      case 3 ->
          "Transfer-Encoding: chunked\r\nContent-Length: "
              + any(LENGTHS)
              + "\r\n\r\n"
              + chunks(body);
      default -> "Content-Length: " + body.length() + "\r\n\r\n" + body;
    };
  }

  private String chunks(String body) {
    String chunk =
        body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
    return (seldom() ? any(SIZES) + "\r\n{}\r\n" : chunk)
        + any(
            List.of(
                "0\r\n\r\n",
                "0\r\n\r\n",
                "0\r\n\r\n",
                "0\r\nX: y\r\n\r\n",
                "0\r\nXy\r\n\r\n",
                "0\n\n",
                ""));
  }

  private boolean seldom() {
    return random.nextInt(12) == 0;
  }

  private String any(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
