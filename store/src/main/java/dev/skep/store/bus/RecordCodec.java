package dev.skep.store.bus;

import dev.skep.store.model.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import org.jspecify.annotations.Nullable;

/**
 * Carries a message in the clear: within one daemon as the record that it is, for records never
 * change; between daemons as its JSON, which whoever listens reads as the record that he expects.
 */
final class RecordCodec implements MessageCodec<RecordCodec.Carried, Object> {
  static final String NAME = "skep.record";

  /** What Vert.x asks of codecs that are not its own. */
  private static final byte USERS = -1;

  /** A record on its way. It is written once, however many daemons it goes to. */
  static final class Carried {
    private final Object message;
    private byte @Nullable [] json;

    Carried(Object message) {
      this.message = message;
    }

    private synchronized byte[] json() {
      byte[] written = json;
      if (written == null) {
        written = Json.storedBytes(message);
        json = written;
      }
      return written;
    }
  }

  @Override
  public void encodeToWire(Buffer buffer, Carried carried) {
    byte[] json = carried.json();
    buffer.appendInt(json.length).appendBytes(json);
  }

  /** The JSON; a length that is beyond what came throws IndexOutOfBoundsException. */
  @Override
  public Object decodeFromWire(int at, Buffer buffer) {
    int json = at + Integer.BYTES;
    return buffer.getBuffer(json, json + buffer.getInt(at));
  }

  @Override
  public Object transform(Carried carried) {
    return carried.message;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return USERS;
  }
}
