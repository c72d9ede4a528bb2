package dev.skep.store.bus;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A sealed message on its way: one byte that says how long the node's id is, the id, and the rest
 * is sealed with that node's key.
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
record Envelope(String nodeId, byte[] sealed) {
  private static final int MAX_ID_BYTES = 0xff;

  /** Strangers choose it, and it comes into logs and answers. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.-]+");

  Buffer bytes() {
    byte[] id = nodeId.getBytes(StandardCharsets.UTF_8);
    if (id.length > MAX_ID_BYTES) {
      throw new IllegalArgumentException("an id of " + id.length + " bytes is no node's");
    }
    return Buffer.buffer(1 + id.length + sealed.length)
        .appendUnsignedByte((short) id.length)
        .appendBytes(id)
        .appendBytes(sealed);
  }

  /** Absent when a body is none. */
  static Optional<Envelope> of(@Nullable Object body) {
    if (body instanceof Buffer bytes && bytes.length() > 0) {
      int end = 1 + bytes.getUnsignedByte(0);
      String id = end <= bytes.length() ? bytes.getString(1, end) : "";
      if (ID.matcher(id).matches()) {
        return Optional.of(new Envelope(id, bytes.getBytes(end, bytes.length())));
      }
    }
    return Optional.empty();
  }
}
