package dev.skep.gateway.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets as Go's net/url and gorilla/mux read them; each line was seen with an engine 20.10. */
class RequestTargetTest {

  @ParameterizedTest
  @CsvSource({
    "/v1.41/services, /v1.41/services",
    "/v1.41/%73ervices, /v1.41/services",
    "/%76%31.41/services, /v1.41/services",
    "/v1.41%2Fservices, /v1.41/services",
    "/v1.41/services/a%2Fb, /v1.41/services/a/b",
    "/v1.41/services/a%20b%00, /v1.41/services/a%20b%00",
    "/v1.41/services%3Fa=b, /v1.41/services%3Fa=b",
    "/v1.41/services%25?a=%25, /v1.41/services%25?a=%25",
    "/v1.41/services#x?y#z, /v1.41/services%23x?y%23z",
    "/v1.41/services?, /v1.41/services?",
    "/v1.41/services;x=1, /v1.41/services;x=1",
    "/v1.41/services/\u00e9, /v1.41/services/%E9",
    "/v1.41\\services, /v1.41%5Cservices",
    "http://x/v1.41/services?a, /v1.41/services?a",
    "HTTP://x/v1.41/services, /v1.41/services",
    "http://x:99999/services, /services",
    "http:///services, /services",
    "http://[::1]/services, /services",
    "https://u:p@x/services, /services",
    "foo:/services, /services"
  })
  void finds_the_endpoint_whatever_its_disguise(String target, String uri) {
    assertThat(RequestTarget.parse("GET", target))
        .isInstanceOfSatisfying(
            RequestTarget.Clean.class, clean -> assertThat(clean.uri()).isEqualTo(uri));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1.41//services, /v1.41/services",
    "//v1.41/services, /v1.41/services",
    "//x/v1.41/services, /x/v1.41/services",
    "/./v1.41/services?a=b, /v1.41/services?a=b",
    "/v1.41/x/../services, /v1.41/services",
    "/../v1.41/services, /v1.41/services",
    "/v1.41/services/%2e, /v1.41/services",
    "/v1.41/services/%2e%2e/services, /v1.41/services",
    "/v1.41/%2fservices, /v1.41/services",
    "/v1.41/services/.., /v1.41",
    "/v1.41/services//, /v1.41/services/",
    "http://x//v1.41/services, http://x/v1.41/services",
    "http://x, http://x/",
    "http://x?a, http://x/?a",
    "http:services, http:services",
    "foo:bar, foo:bar",
    "*, /%2A"
  })
  void sends_to_the_clean_path(String target, String location) {
    assertThat(RequestTarget.parse("GET", target)).isEqualTo(new RequestTarget.Moved(location));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "services",
        "/v1.41/%zz",
        "/services%",
        "/services%0",
        "/a\u0001",
        "/a\u007f",
        "http://[::1/services",
        "http://%41/services",
        "http://x%zz/services",
        "http://x:a/services",
        ":foo",
        "1http://x/services"
      })
  void refuses_what_is_no_target(String target) {
    assertThat(RequestTarget.parse("GET", target)).isEqualTo(new RequestTarget.Malformed());
  }

  @ParameterizedTest
  @CsvSource({
    "OPTIONS, *, *",
    "CONNECT, x:80/services, /services",
    "CONNECT, /services, /services"
  })
  void knows_the_methods_with_targets_of_their_own(String method, String target, String uri) {
    assertThat(RequestTarget.parse(method, target))
        .isInstanceOfSatisfying(
            RequestTarget.Clean.class, clean -> assertThat(clean.uri()).isEqualTo(uri));
  }
}
