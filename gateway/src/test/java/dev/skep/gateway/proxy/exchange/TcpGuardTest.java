package dev.skep.gateway.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.proxy.http.RequestTarget;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests over TCP may come from a web page, and are refused. */
class TcpGuardTest {

  private final TcpGuard guard = new TcpGuard(new ApiEndpoint.Tcp("node-1", 2375));

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "127.0.0.1:2375, 0",
        "127.0.0.2, 0",
        "LOCALHOST:2375, 0",
        "api.moby.localhost, 0",
        "[::1]:2375, 0",
        "[::1], 0",
        "::1, 0",
        "node-1:2375, 0",
        "'', 0",
        "-, 0",
        "evil.example:2375, 403",
        "127.0.0.1.evil.example, 403",
        "localhost.evil.example, 403",
        "evil.example:127.0.0.1, 403",
        "10.0.0.1, 403",
        "[::2]:2375, 403"
      })
  void takes_the_hosts_that_are_ours(String host, int status) {
    assertThat(status(request(HttpMethod.GET, "Host", host))).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, http://localhost:2375, 0",
    "Origin, http://localhost:8080, 403",
    "Origin, https://localhost:2375, 403",
    "Origin, http://evil.example, 403",
    "Origin, null, 403",
    "Sec-Fetch-Site, none, 0",
    "Sec-Fetch-Site, same-origin, 0",
    "Sec-Fetch-Site, same-site, 403",
    "Sec-Fetch-Site, cross-site, 403"
  })
  void refuses_pages_of_other_sites_whatever_they_ask_for(String header, String value, int status) {
    for (var method : new HttpMethod[] {HttpMethod.GET, HttpMethod.POST, HttpMethod.OPTIONS}) {
      var request = request(method, "Host", "localhost:2375", header, value);
      assertThat(status(request)).isEqualTo(status);
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "/v1.41/containers/create, application/json, 2, 0",
        "/v1.41/containers/create, Application/JSON; charset=utf-8, 2, 0",
        "/v1.41/containers/create, text/plain, 2, 400",
        "/v1.41/containers/create, application/x-www-form-urlencoded, 2, 400",
        "/v1.41/containers/create, multipart/form-data; boundary=x, 2, 400",
        "/v1.41/containers/create, -, 2, 400",
        "/containers/x/start, text/plain, 0, 0",
        "/containers/x/start, -, 0, 0",
        "/services/create, text/plain, 2, 400",
        "/v1.41/build?t=x, application/x-tar, 2, 0",
        "/images/load, -, 2, 0",
        "/images/create?fromSrc=-, text/plain, 2, 0",
        "/plugins/create?name=x, application/x-tar, 2, 0",
        "/containers/x/attach, application/json, 2, 0",
        "/containers/create?x=/build, text/plain, 2, 400"
      })
  void asks_for_json_where_the_body_is_json_by_nature(
      String target, String type, String length, int status) {
    var request =
        request(
            HttpMethod.POST, "Host", "localhost", "Content-Type", type, "Content-Length", length);
    request.setUri(target);
    assertThat(status(request)).isEqualTo(status);
  }

  private int status(HttpRequest request) {
    return guard
        .check(request, new RequestTarget.Clean(request.uri(), ""))
        .map(TcpGuard.Refused::status)
        .orElse(0);
  }

  private static HttpRequest request(HttpMethod method, String... headers) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, "/info");
    for (var i = 0; i < headers.length; i += 2) {
      if (headers[i + 1] != null) {
        request.headers().set(headers[i], headers[i + 1]);
      }
    }
    return request;
  }
}
