package dev.skep.gateway.proxy.exchange;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.proxy.http.RequestTarget;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells requests of web pages from those of programs, where the API is served over TCP: a browser
 * reaches a loopback port too, and whoever reaches the API is root. The rules and their reasons are
 * in docs/decisions/0022-web-pages-are-no-clients.md. Pure.
 *
 * @param listen where the API is served
 */
public record TcpGuard(ApiEndpoint.Tcp listen) {

  /** A refusal. */
  record Refused(int status, String message) {}

  private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}|::1|\\[::1]");

  /** What a browser says of a request that no other site had a part in. */
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

  /** The endpoints whose bodies are no JSON by nature: archives, and streams. */
  private static final Pattern RAW_BODY =
      Pattern.compile(
          "(/v[0-9.]+)?(/build|/images/load|/images/create|/plugins/create|/session|/grpc"
              + "|/containers/.+/(archive|attach))");

  /**
   * Why a request is refused; empty for one that is let through.
   *
   * @param target the request's target
   */
  Optional<Refused> check(HttpRequest request, RequestTarget.Clean target) {
    var headers = request.headers();
    var host = headers.get(HttpHeaderNames.HOST, "");
    for (var named : new String[] {host, target.authority()}) {
      if (!isOurs(hostOf(named))) {
        return refused(
            "the host \"%s\" is not served here; use the address that Skep listens on (%s), another loopback address or \"localhost\""
                .formatted(named, listen));
      }
    }
    var origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
      return refused(
          "pages of \"%s\" may not use this API: whoever uses it is root on this host"
              .formatted(origin));
    }
    var site = headers.get("Sec-Fetch-Site");
    if (site != null && !OWN_SITE.contains(site.strip().toLowerCase(Locale.ROOT))) {
      return refused(
          "pages of other sites (Sec-Fetch-Site: %s) may not use this API: whoever uses it is root on this host"
              .formatted(site));
    }
    return hasBody(headers) && !isJson(headers) && !isRaw(request.method(), target)
        ? Optional.of(
            new Refused(
                400,
                "Content-Type specified (%s) must be 'application/json'"
                    .formatted(headers.get(HttpHeaderNames.CONTENT_TYPE, ""))))
        : Optional.empty();
  }

  private static Optional<Refused> refused(String why) {
    return Optional.of(new Refused(403, why));
  }

  /**
   * Whether a host names this host's loopback and cannot be made to lead elsewhere by a DNS server.
   * Browsers resolve names under localhost themselves; programs may send none.
   */
  private boolean isOurs(String host) {
    return host.isEmpty()
        || host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals(listen.host().toLowerCase(Locale.ROOT))
        || LOOPBACK.matcher(host).matches();
  }

  private static String hostOf(String hostAndPort) {
    var port = hostAndPort.lastIndexOf(':');
    var bracket = hostAndPort.lastIndexOf(']');
    // Without brackets, several colons are an address of version 6 that has no port.
    var hasPort = port > bracket && (bracket >= 0 || hostAndPort.indexOf(':') == port);
    return (hasPort ? hostAndPort.substring(0, port) : hostAndPort).toLowerCase(Locale.ROOT);
  }

  private static boolean hasBody(HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || !headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
  }

  private static boolean isJson(HttpHeaders headers) {
    var type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
    var parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters))
        .strip()
        .equalsIgnoreCase("application/json");
  }

  private static boolean isRaw(HttpMethod method, RequestTarget.Clean target) {
    var query = target.uri().indexOf('?');
    var path = query < 0 ? target.uri() : target.uri().substring(0, query);
    return (method.equals(HttpMethod.POST) || method.equals(HttpMethod.PUT))
        && RAW_BODY.matcher(path).matches();
  }
}
