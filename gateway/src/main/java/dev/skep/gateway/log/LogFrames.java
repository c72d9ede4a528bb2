package dev.skep.gateway.log;

import dev.skep.store.bus.message.LogMessages.LogLine;
import dev.skep.store.model.Task;
import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Lines as clients read them: one frame for each, or bare for a terminal. */
final class LogFrames {
  /** The stream of the daemon's own words; clients read no further behind it. */
  static final byte SYSTEM_ERROR = 3;

  private static final int STDERR = 2;
  private static final String GRABBING = "Error grabbing logs: ";
  private static final String LABEL = "com.docker.swarm.";

  private final LogOptions options;
  private final boolean tty;

  LogFrames(LogOptions options, boolean tty) {
    this.options = options;
    this.tty = tty;
  }

  /** Adds a line of a task's log. */
  void append(Buffer out, Task task, LogLine line) {
    Buffer payload = Buffer.buffer();
    if (options.timestamps()) {
      payload.appendString(line.timestamp()).appendString(" ");
    }
    if (options.details()) {
      payload.appendString(details(task, line.attributes())).appendString(" ");
    }
    payload.appendBytes(line.data());
    if (!tty) {
      header(out, (byte) line.stream(), payload.length());
    }
    out.appendBuffer(payload);
  }

  /** Adds an error that is Skep's own; clients show it as an error of the daemon. */
  void appendError(Buffer out, String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    if (!tty) {
      header(out, SYSTEM_ERROR, payload.length);
    }
    out.appendBytes(payload);
  }

  /** Adds what is wrong with one task's log as if the task had written it to its stderr. */
  void appendProblem(Buffer out, Task task, String text) {
    append(
        out,
        task,
        new LogLine(STDERR, "", Map.of(), (text + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  /** What a line of the daemon's own says, without the words that are put before it anyway. */
  static String reason(LogLine line) {
    String text = new String(line.data(), StandardCharsets.UTF_8).strip();
    return text.startsWith(GRABBING) ? text.substring(GRABBING.length()) : text;
  }

  private static void header(Buffer out, byte stream, int length) {
    out.appendByte(stream).appendBytes(new byte[3]).appendInt(length);
  }

  /**
   * Where the line comes from: {@code k=v} ordered by key, joined by commas, escaped as in URLs.
   */
  private static String details(Task task, Map<String, String> attributes) {
    Map<String, String> all = new TreeMap<>(attributes);
    all.put(LABEL + "node.id", task.nodeId());
    all.put(LABEL + "service.id", task.serviceId());
    all.put(LABEL + "task.id", task.id());
    return all.entrySet().stream()
        .map(entry -> escape(entry.getKey()) + "=" + escape(entry.getValue()))
        .collect(Collectors.joining(","));
  }

  private static String escape(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A").replace("%7E", "~");
  }
}
