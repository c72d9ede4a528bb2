package dev.skep.gateway.proxy.http;

import dev.skep.engine.http.HttpLimits;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The head of a request, read by the rules of Go's net/http server, which is the engine's: what it
 * takes is taken, and what it refuses is refused with its status and its words. Pure.
 */
public final class RequestHead {

  static final int MAX_BYTES = HttpLimits.HEADER_BYTES;

  private static final Pattern VERSION = Pattern.compile("HTTP/(\\d)\\.(\\d)");
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern HOST = Pattern.compile("[!$%&()*+,.:;=\\[\\]'_~0-9A-Za-z-]*");
  private static final int LENGTH_DIGITS = 19;

  /** What became of a head. */
  sealed interface Outcome extends HeadReader.Progress {}

  /**
   * A request.
   *
   * @param bodyBytes the length of its body; absent for one in chunks
   */
  record Taken(HttpRequest request, OptionalLong bodyBytes) implements Outcome {}

  /**
   * What the engine answers before it closes the connection.
   *
   * @param status status and reason, as they stand in the answer's first line
   * @param text the body of the answer
   */
  public record Refused(String status, String text) implements Outcome {
    static final Refused TOO_LARGE = new Refused("431 Request Header Fields Too Large");
    static final Refused MALFORMED = new Refused("400 Bad Request");
    private static final Refused VERSION =
        new Refused("505 HTTP Version Not Supported: unsupported protocol version");
    private static final Refused ENCODING =
        new Refused("501 Not Implemented", "Unsupported transfer encoding");

    Refused(String status) {
      this(status, status);
    }

    private static Refused because(String reason) {
      return new Refused("400 Bad Request: " + reason);
    }

    /** The whole answer. */
    public byte[] answer() {
      return ("HTTP/1.1 "
              + status
              + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
              + text)
          .getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  private record FirstLine(String method, String target, String version) {}

  /** The greeting of HTTP/2, which the engine takes for a request of its own kind. */
  private static final FirstLine HTTP_2 = new FirstLine("PRI", "*", "HTTP/2.0");

  /** Whether a first line can begin a request; when not, nobody waits for the rest of the head. */
  static boolean canBegin(String line) {
    return firstLine(line).isPresent();
  }

  /** Reads a whole head, up to and with the empty line at its end. */
  static Outcome parse(byte[] bytes) {
    var lines = lines(bytes);
    var first = firstLine(lines.getFirst());
    if (first.isEmpty()) {
      return Refused.MALFORMED;
    }
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    if (!read(lines, headers)) {
      return Refused.MALFORMED;
    }
    return request(first.get(), headers);
  }

  private static List<String> lines(byte[] bytes) {
    List<String> lines = new ArrayList<>();
    for (int start = 0, i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        var end = i > start && bytes[i - 1] == '\r' ? i - 1 : i;
        lines.add(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
        start = i + 1;
      }
    }
    return lines;
  }

  private static Optional<FirstLine> firstLine(String line) {
    var parts = line.split(" ", 3);
    return parts.length == 3
            && TOKEN.matcher(parts[0]).matches()
            && VERSION.matcher(parts[2]).matches()
            && !(RequestTarget.parse(parts[0], parts[1]) instanceof RequestTarget.Malformed)
        ? Optional.of(new FirstLine(parts[0], parts[1], parts[2]))
        : Optional.empty();
  }

  /** Reads the header lines; a line that begins with space goes on with the one before it. */
  private static boolean read(List<String> lines, HttpHeaders headers) {
    for (var i = 1; i < lines.size() && !lines.get(i).isEmpty(); i++) {
      if (isSpace(lines.get(i).charAt(0))) {
        return false;
      }
      var line = new StringBuilder(trim(lines.get(i)));
      while (i + 1 < lines.size()
          && !lines.get(i + 1).isEmpty()
          && isSpace(lines.get(i + 1).charAt(0))) {
        line.append(' ').append(trim(lines.get(++i)));
      }
      var colon = line.indexOf(":");
      if (colon < 0) {
        return false;
      }
      if (colon > 0) {
        headers.add(line.substring(0, colon), trim(line.substring(colon + 1)));
      }
    }
    return true;
  }

  private static Outcome request(FirstLine first, HttpHeaders headers) {
    var http2 = first.equals(HTTP_2);
    if (first.version().charAt(5) != '1' && !http2) {
      return Refused.VERSION;
    }
    var http10 = first.version().equals("HTTP/1.0");
    if (headers.getAll(HttpHeaderNames.HOST).size() > 1) {
      return Refused.MALFORMED;
    }
    var encoding = http10 ? List.<String>of() : headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (encoding.size() > 1 || (encoding.size() == 1 && !isChunked(encoding.getFirst()))) {
      return Refused.ENCODING;
    }
    if (http10) {
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    }
    var length = encoding.isEmpty() ? length(headers) : OptionalLong.of(0);
    if (length.isEmpty()) {
      return Refused.MALFORMED;
    }
    if (!headers.contains(HttpHeaderNames.HOST) && !http10 && !http2) {
      return Refused.because("missing required Host header");
    }
    if (!HOST.matcher(headers.get(HttpHeaderNames.HOST, "")).matches()) {
      return Refused.because("malformed Host header");
    }
    for (var header : headers) {
      if (!TOKEN.matcher(header.getKey()).matches()) {
        return Refused.because("invalid header name");
      }
      if (header.getValue().chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
        return Refused.because("invalid header value");
      }
    }
    if (http2) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    if (!encoding.isEmpty()) {
      headers.remove(HttpHeaderNames.CONTENT_LENGTH);
    } else if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, length.getAsLong());
    }
    var request =
        new DefaultHttpRequest(
            http10 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(first.method()),
            first.target(),
            headers);
    return new Taken(request, encoding.isEmpty() ? length : OptionalLong.empty());
  }

  private static boolean isChunked(String encoding) {
    return encoding.toLowerCase(Locale.ROOT).equals("chunked");
  }

  /** The length that the headers name, which may name it twice; absent where it is none. */
  private static OptionalLong length(HttpHeaders headers) {
    var named = headers.getAll(HttpHeaderNames.CONTENT_LENGTH).stream().distinct().toList();
    if (named.isEmpty() || (named.size() == 1 && named.getFirst().isEmpty())) {
      return OptionalLong.of(0);
    }
    var text = named.getFirst();
    if (named.size() > 1 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    var digits = text.replaceFirst("^0+(?=.)", "");
    try {
      return digits.length() > LENGTH_DIGITS
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(digits));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static String trim(String text) {
    var start = 0;
    var end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  private RequestHead() {}
}
