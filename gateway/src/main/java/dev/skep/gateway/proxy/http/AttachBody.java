package dev.skep.gateway.proxy.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.regex.Pattern;

/**
 * The body of an attach, which means nothing but must not become standard input. Pure.
 *
 * <p>The engine takes over the connection of an attach without reading the request's body: what of
 * it came with the head is lost, as it should be, and the rest of it is taken for input. Clients
 * that send such a body (dockerode does) send it with the head, so all of it is lost; from here it
 * would come in a write of its own. So it is dropped here. Only a client that waits for {@code 100
 * Continue} before it sends its body means it as input, and it is that to the engine too.
 */
public final class AttachBody {

  private static final Pattern ATTACH =
      Pattern.compile("(/v[0-9.]+)?/containers/[^?]+/attach(\\?.*)?");

  public static boolean isDropped(HttpRequest request) {
    return request.method().equals(HttpMethod.POST)
        && ATTACH.matcher(request.uri()).matches()
        && !HopHeaders.waitsToSend(request);
  }

  private AttachBody() {}
}
