package dev.skep.conf.control;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** What a TLS client of the JDK's says first. */
final class Hellos {
  private static final int RECORD_HEADER_BYTES = 5;

  private Hellos() {}

  /** One record with a ClientHello that offers these protocols, to nobody by name. */
  static byte[] offering(String... protocols) {
    return said(null, protocols);
  }

  /** One record with a ClientHello to a server of this name. */
  static byte[] to(String serverName, String... protocols) {
    return said(serverName, protocols);
  }

  private static byte[] said(@Nullable String serverName, String... protocols) {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine();
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setApplicationProtocols(protocols);
      if (serverName != null) {
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
      }
      engine.setSSLParameters(parameters);
      ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), out);
      byte[] record = new byte[out.flip().remaining()];
      out.get(record);
      return record;
    } catch (GeneralSecurityException | SSLException e) {
      throw new AssertionError(e);
    }
  }

  /** The same message in records of so many bytes each. */
  static byte[] cut(byte[] record, int bytes) {
    ByteBuffer message =
        ByteBuffer.wrap(record, RECORD_HEADER_BYTES, record.length - RECORD_HEADER_BYTES);
    ByteBuffer cut = ByteBuffer.allocate(record.length * (RECORD_HEADER_BYTES + 1));
    while (message.hasRemaining()) {
      int length = Math.min(bytes, message.remaining());
      cut.put(record, 0, RECORD_HEADER_BYTES - Short.BYTES).putShort((short) length);
      cut.put(message.slice(message.position(), length));
      message.position(message.position() + length);
    }
    byte[] all = new byte[cut.flip().remaining()];
    cut.get(all);
    return all;
  }
}
