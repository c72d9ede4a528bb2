package dev.skep.engine.http;

import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * A place where an Engine API is served: the engine's own socket, or the one that Skep listens on.
 *
 * <p>Its text form is the one of {@code DOCKER_HOST}: {@code unix:///var/run/docker.sock} or {@code
 * tcp://127.0.0.1:2375}.
 */
public sealed interface ApiEndpoint {

  /** The address for Vert.x's clients and servers. */
  SocketAddress vertxAddress();

  /** A Unix domain socket, which needs an absolute path. */
  record Unix(Path path) implements ApiEndpoint {
    public Unix {
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException(
            "a Unix socket needs an absolute path, but got '" + path + "'");
      }
    }

    @Override
    public SocketAddress vertxAddress() {
      return SocketAddress.domainSocketAddress(path.toString());
    }

    @Override
    public String toString() {
      return "unix://" + path;
    }
  }

  /** A host and port over TCP; port 0 lets the system choose one when it is listened on. */
  record Tcp(String host, int port) implements ApiEndpoint {
    public Tcp {
      if (host.isBlank()) {
        throw new IllegalArgumentException("a tcp endpoint needs a host");
      }
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("a port lies between 0 and 65535, but got " + port);
      }
    }

    @Override
    public SocketAddress vertxAddress() {
      return SocketAddress.inetSocketAddress(port, host);
    }

    @Override
    public String toString() {
      return "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if the text is neither {@code unix:///absolute/path} nor
   *     {@code tcp://host:port}
   */
  static ApiEndpoint parse(String text) {
    if (text.startsWith("unix://")) {
      return new Unix(Path.of(text.substring("unix://".length())));
    }
    if (text.startsWith("tcp://")) {
      try {
        var uri = new URI(text);
        if (uri.getHost() != null && uri.getPort() >= 0) {
          var host = uri.getHost();
          return new Tcp(
              host.startsWith("[") ? host.substring(1, host.length() - 1) : host, uri.getPort());
        }
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(unreadable(text), e);
      }
    }
    throw new IllegalArgumentException(unreadable(text));
  }

  private static String unreadable(String text) {
    return "'" + text + "' is no API endpoint; write unix:///path/to/socket or tcp://host:port";
  }
}
