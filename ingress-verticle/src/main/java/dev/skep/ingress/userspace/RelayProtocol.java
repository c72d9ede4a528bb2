package dev.skep.ingress.userspace;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What two ingresses say to each other before a relayed connection's bytes. The one with the client
 * sends one line, {@code SKEP/1 <task id> <target port>}; the one with the task answers {@code OK}
 * or {@code NO <reason>}, or {@code GONE <reason>} when a newer table does not lead to the task any
 * more, also one line. Nothing of the client's is sent before the OK, so after anything else the
 * next task can have it.
 */
final class RelayProtocol {
  /**
   * More than any greeting or answer needs; whoever sends more without a line end is no ingress.
   */
  static final int MAX_LINE = 256;

  private static final byte LINE_END = '\n';

  private static final String VERSION = "SKEP/1";
  private static final String OK = "OK";
  private static final String NO = "NO ";
  private static final String GONE = "GONE ";
  private static final int MAX_PORT = 65_535;
  private static final int PARTS = 3;

  private RelayProtocol() {}

  /** What a greeting asks for. */
  record Request(String taskId, int targetPort) {}

  static byte[] ask(Destination task) {
    return line(VERSION + " " + task.taskId() + " " + task.targetPort());
  }

  /** What {@code line} (without its end) asks for; nothing when it is no greeting of ours. */
  static @Nullable Request parse(String line) {
    String[] parts = line.split(" ", -1);
    if (parts.length != PARTS || !parts[0].equals(VERSION) || parts[1].isEmpty()) {
      return null;
    }
    try {
      int port = Integer.parseInt(parts[2]);
      return port < 1 || port > MAX_PORT ? null : new Request(parts[1], port);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  static byte[] accepted() {
    return line(OK);
  }

  static byte[] refused(String reason) {
    return answer(NO + reason);
  }

  static byte[] gone(String reason) {
    return answer(GONE + reason);
  }

  private static byte[] answer(String words) {
    String text = words.replace('\n', ' ');
    return line(text.substring(0, Math.min(text.length(), MAX_LINE - 1)));
  }

  static boolean isAccepted(String line) {
    return line.equals(OK);
  }

  static boolean isGone(String line) {
    return line.startsWith(GONE);
  }

  private static byte[] line(String text) {
    return (text + (char) LINE_END).getBytes(StandardCharsets.US_ASCII);
  }
}
