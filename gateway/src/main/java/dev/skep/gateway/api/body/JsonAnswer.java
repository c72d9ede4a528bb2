package dev.skep.gateway.api.body;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.store.model.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An answer of JSON on its way to a client: it is written part by part, and the next part only once
 * the client took the last. So an answer of any length costs the memory of a part. A short one goes
 * out whole, with its length.
 *
 * <p>It belongs to the virtual thread that answers.
 */
public final class JsonAnswer extends OutputStream {
  /** Larger than most inspections, and little for each of a thousand clients. */
  static final int PART_BYTES = 32 * 1024;

  /**
   * A client that takes no part for so long is given up: the snapshot that it reads cannot go
   * before.
   */
  private static final long STALL_SECONDS = 60;

  private final HttpServerResponse response;
  private byte[] part = new byte[1024];
  private int filled;

  private JsonAnswer(HttpServerResponse response) {
    this.response = response;
  }

  /**
   * Writes a value and ends the response.
   *
   * @param value a record of the model, a list of them, or a JSON tree
   */
  public static void write(HttpServerResponse response, Object value) {
    JsonAnswer answer = new JsonAnswer(response);
    try {
      answer.write(value);
      answer.write('\n');
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON can be made of the answer", e);
    } catch (IOException e) {
      throw new ClientGoneException(e);
    }
    response.end(answer.taken());
  }

  private void write(@Nullable Object value) throws IOException {
    switch (value) {
      case null -> write("null".getBytes(StandardCharsets.US_ASCII));
      case JsonObject object -> write(object.encode().getBytes(StandardCharsets.UTF_8));
      case JsonArray array -> writeAll(array);
      case JsonNode tree -> Json.api(tree, this);
      case Iterable<?> list -> writeAll(list);
      default -> Json.api(value, this);
    }
  }

  private void writeAll(Iterable<?> list) throws IOException {
    char before = '[';
    for (@Nullable Object element : list) {
      write(before);
      write(element);
      before = ',';
    }
    if (before == '[') {
      write('[');
    }
    write(']');
  }

  @Override
  public void write(int b) throws IOException {
    makeRoom(1);
    part[filled++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    int end = from + length;
    while (at < end) {
      makeRoom(end - at);
      int some = Math.min(end - at, part.length - filled);
      System.arraycopy(bytes, at, part, filled, some);
      filled += some;
      at += some;
    }
  }

  /** Makes room for a byte at least, for {@code wanted} if a part can have them. */
  private void makeRoom(int wanted) throws IOException {
    if (filled == PART_BYTES) {
      send();
    }
    int needed = Math.min(PART_BYTES, filled + wanted);
    if (needed > part.length) {
      part = java.util.Arrays.copyOf(part, Math.min(PART_BYTES, Math.max(needed, 2 * part.length)));
    }
  }

  private void send() throws IOException {
    if (!response.headWritten()) {
      response.setChunked(true);
    }
    try {
      response.write(taken()).await(STALL_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new InterruptedIOException("took nothing for " + STALL_SECONDS + " s");
    } catch (Exception e) { // awaiting throws what the write failed with, checked or not
      throw new IOException(e);
    }
  }

  /** What was collected; from now on a new part is. */
  private Buffer taken() {
    Buffer taken = Buffer.buffer(filled).appendBytes(part, 0, filled);
    filled = 0;
    return taken;
  }
}
