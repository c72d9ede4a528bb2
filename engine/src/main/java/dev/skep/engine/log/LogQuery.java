package dev.skep.engine.log;

import dev.skep.engine.http.UriText;

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
  public String text() {
    StringBuilder text =
        new StringBuilder("stdout=").append(stdout).append("&stderr=").append(stderr);
    text.append("&follow=")
        .append(follow)
        .append("&timestamps=")
        .append(timestamps)
        .append("&details=")
        .append(details);
    if (!since.isEmpty()) {
      text.append("&since=").append(UriText.encode(since));
    }
    if (!until.isEmpty()) {
      text.append("&until=").append(UriText.encode(until));
    }
    return text.append("&tail=").append(UriText.encode(tail.isEmpty() ? "all" : tail)).toString();
  }
}
