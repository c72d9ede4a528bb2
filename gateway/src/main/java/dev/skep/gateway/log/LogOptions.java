package dev.skep.gateway.log;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What of a log is wanted and how it is written.
 *
 * @param tail lines of each task, from the end; absent for all
 */
record LogOptions(
    boolean stdout,
    boolean stderr,
    boolean follow,
    boolean timestamps,
    boolean details,
    @Nullable Integer tail,
    @Nullable Instant since,
    @Nullable Instant until) {

  static LogOptions of(Call call, Instant now) {
    boolean stdout = call.flag("stdout");
    boolean stderr = call.flag("stderr");
    if (!stdout && !stderr) {
      throw ApiError.internal("Bad parameters: you must choose at least one stream");
    }
    return new LogOptions(
        stdout,
        stderr,
        call.flag("follow"),
        call.flag("timestamps"),
        call.flag("details"),
        tail(call.query("tail")),
        instant(call, "since", now),
        instant(call, "until", now));
  }

  private static @Nullable Integer tail(String given) {
    if (given.isEmpty() || given.equals("all")) {
      return null;
    }
    try {
      int lines = Integer.parseInt(given);
      if (lines < 0) {
        throw ApiError.internal("negative tail values not supported");
      }
      return lines;
    } catch (NumberFormatException e) {
      throw ApiError.internal("tail value must be a positive integer or \"all\"");
    }
  }

  private static @Nullable Instant instant(Call call, String name, Instant now) {
    String given = call.query(name);
    return given.isEmpty() || given.equals("0") ? null : GoTime.parse(name, given, now);
  }
}
