package dev.skep.node.log;

import dev.skep.engine.log.LogFrame;
import dev.skep.store.bus.message.LogMessages.LogLine;
import io.vertx.core.buffer.Buffer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Takes a line apart that the engine wrote with timestamps and details: {@code timestamp SP
 * key=value,key=value SP line}. The details may be empty.
 */
final class LogLineParser {
  private static final int SYSTEM_ERROR = 3;

  private LogLineParser() {}

  static LogLine parse(LogFrame frame) {
    Buffer payload = frame.payload();
    int first = space(payload, 0);
    int second = first < 0 ? -1 : space(payload, first + 1);
    if (second < 0 || frame.stream() == SYSTEM_ERROR) {
      return new LogLine(frame.stream(), "", Map.of(), payload.getBytes());
    }
    return new LogLine(
        frame.stream(),
        payload.getString(0, first),
        attributes(payload.getString(first + 1, second)),
        payload.getBytes(second + 1, payload.length()));
  }

  private static int space(Buffer payload, int from) {
    for (int i = from; i < payload.length(); i++) {
      if (payload.getByte(i) == ' ') {
        return i;
      }
    }
    return -1;
  }

  private static Map<String, String> attributes(String details) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String pair : details.split(",")) {
      int eq = pair.indexOf('=');
      if (eq > 0) {
        attributes.put(decode(pair.substring(0, eq)), decode(pair.substring(eq + 1)));
      }
    }
    return attributes;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
