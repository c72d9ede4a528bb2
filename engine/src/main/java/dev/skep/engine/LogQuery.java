package dev.skep.engine;

/**
 * What to read of a container's log.
 *
 * @param since as the engine takes it: seconds since the epoch, optionally with a fraction; empty
 *     for all
 * @param tail a number of lines, or "all"
 */
public record LogQuery(
    boolean stdout,
    boolean stderr,
    boolean follow,
    boolean timestamps,
    boolean details,
    String since,
    String until,
    String tail) {
  String text() {
    StringBuilder text =
        new StringBuilder("stdout=").append(stdout).append("&stderr=").append(stderr);
    text.append("&follow=")
        .append(follow)
        .append("&timestamps=")
        .append(timestamps)
        .append("&details=")
        .append(details);
    if (!since.isEmpty()) {
      text.append("&since=").append(Engine.encode(since));
    }
    if (!until.isEmpty()) {
      text.append("&until=").append(Engine.encode(until));
    }
    return text.append("&tail=").append(Engine.encode(tail.isEmpty() ? "all" : tail)).toString();
  }
}
