package dev.skep.gateway.api.go;

import dev.skep.gateway.api.error.ApiError;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Instants as clients of the API write them. */
public final class GoTime {
  private static final Pattern UNIX = Pattern.compile("(-?\\d+)(?:\\.(\\d{1,9})\\d*)?");
  private static final Pattern DURATION =
      Pattern.compile("[+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|µs|ms|s|m|h))+");
  private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|ms|s|m|h)");
  private static final int NANO_DIGITS = 9;
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private GoTime() {}

  /**
   * Reads {@code 1700000000}, {@code 1700000000.123456789}, RFC 3339 with or without a zone (UTC
   * then), or a duration before {@code now} such as {@code 10m}.
   *
   * @param what the parameter's name, for the error
   */
  public static Instant parse(String what, String text, Instant now) {
    Matcher unix = UNIX.matcher(text);
    try {
      if (unix.matches()) {
        String fraction = unix.group(2) == null ? "" : unix.group(2);
        long nanos = Long.parseLong(fraction + "0".repeat(NANO_DIGITS - fraction.length()));
        return Instant.ofEpochSecond(Long.parseLong(unix.group(1)), nanos);
      }
      if (DURATION.matcher(text).matches()) {
        return now.minus(duration(text));
      }
      return date(text);
    } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
      throw unreadable(what, text);
    } catch (java.time.DateTimeException e) {
      throw unreadable(what, text);
    }
  }

  private static ApiError unreadable(String what, String text) {
    return ApiError.badRequest(
        "invalid value for \""
            + what
            + "\": "
            + GoFormat.quote(text)
            + " is neither a Unix time, an"
            + " RFC 3339 time nor a duration");
  }

  private static Duration duration(String text) {
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      nanos =
          nanos.add(
              new BigDecimal(part.group(1).endsWith(".") ? part.group(1) + "0" : part.group(1))
                  .multiply(BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L))));
    }
    long exact = nanos.toBigInteger().longValueExact();
    return Duration.ofNanos(text.startsWith("-") ? -exact : exact);
  }

  private static Instant date(String text) {
    if (text.indexOf('T') < 0) {
      return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    boolean zoned = text.endsWith("Z") || text.matches(".*T.*[+-]\\d\\d:\\d\\d");
    return zoned
        ? java.time.OffsetDateTime.parse(text).toInstant()
        : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
  }
}
