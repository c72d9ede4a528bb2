package dev.skep.conf.control;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS client says in the clear (RFC 8446, section 4.1.2).
 *
 * @param protocols the names it offers by ALPN (RFC 7301); none when it does not use ALPN
 * @param serverName whom it means to reach (RFC 6066); clients that connect to an address say none
 */
record ClientHello(List<String> protocols, @Nullable String serverName) {
  private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int HOST_NAME = 0;

  ClientHello {
    protocols = List.copyOf(protocols);
  }

  /** For a log: what is asked for, and of whom. */
  String asked() {
    String names = protocols.isEmpty() ? "no protocol" : String.join(", ", protocols);
    return serverName == null ? names : names + " at " + serverName;
  }

  /**
   * Reads the body of a ClientHello message, without its type and length.
   *
   * @throws RefusedHello when it is none
   */
  static ClientHello parse(ByteBuffer body) throws RefusedHello {
    try {
      slice(body, VERSION_AND_RANDOM_BYTES);
      slice(body, shortLength(body)); // the session
      slice(body, longLength(body)); // cipher suites
      slice(body, shortLength(body)); // compression methods
      return extensions(slice(body, longLength(body)));
    } catch (BufferUnderflowException e) {
      throw new RefusedHello("a broken ClientHello", e);
    }
  }

  private static ClientHello extensions(ByteBuffer all) {
    List<String> protocols = List.of();
    String serverName = null;
    while (all.hasRemaining()) {
      int type = longLength(all);
      ByteBuffer extension = slice(all, longLength(all));
      if (type == ALPN) {
        protocols = protocols(slice(extension, longLength(extension)));
      } else if (type == SERVER_NAME && extension.hasRemaining()) {
        serverName = serverName(slice(extension, longLength(extension)));
      }
    }
    return new ClientHello(protocols, serverName);
  }

  private static List<String> protocols(ByteBuffer names) {
    List<String> protocols = new ArrayList<>();
    while (names.hasRemaining()) {
      protocols.add(text(slice(names, shortLength(names))));
    }
    return protocols;
  }

  private static @Nullable String serverName(ByteBuffer names) {
    return names.get() == HOST_NAME ? text(slice(names, longLength(names))) : null;
  }

  private static int shortLength(ByteBuffer in) {
    return Byte.toUnsignedInt(in.get());
  }

  private static int longLength(ByteBuffer in) {
    return Short.toUnsignedInt(in.getShort());
  }

  private static ByteBuffer slice(ByteBuffer in, int length) {
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer slice = in.slice(in.position(), length);
    in.position(in.position() + length);
    return slice;
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes).toString();
  }
}
