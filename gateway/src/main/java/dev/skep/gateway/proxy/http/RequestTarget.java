package dev.skep.gateway.proxy.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * A request's target, read as the engine reads it: by the rules of Go's net/url, then by those of
 * its router (gorilla/mux), which sends a client with a path that is not clean to the clean one.
 *
 * <p>Routing by the text as it came would let {@code /%73warm/init} pass as something else than the
 * engine takes it for. Pure.
 */
public sealed interface RequestTarget {

  /**
   * A target that has an endpoint, if any.
   *
   * @param uri path and query in the one form that every reader understands alike: what need not be
   *     percent-encoded is not, and no host stands before it
   * @param authority the host of a target in absolute form; empty for any other
   */
  record Clean(String uri, String authority) implements RequestTarget {}

  /** A path that is not clean: the engine answers 301 with the clean one. */
  record Moved(String location) implements RequestTarget {}

  /** No target at all: the engine answers 400. */
  record Malformed() implements RequestTarget {}

  /** What may stand in a host besides letters, digits and what is not ASCII. */
  String HOST_SIGNS = "-_.~!$&'()*+,;=:[]<>\"";

  /** What Go leaves as it is where it writes a path anew. */
  String PATH_SIGNS = "-_.~$&+,/:;=@";

  /** What some reader of a target takes for something else than a part of its path. */
  String SPECIAL = "%?#\"<>\\^`{|}";

  /** Reads the target of a request's first line, one character for each byte. */
  static RequestTarget parse(String method, String raw) {
    if (raw.isEmpty() || raw.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      return new Malformed();
    }
    if (method.equals("CONNECT") && !raw.startsWith("/")) {
      return of("", "//", raw);
    }
    if (raw.equals("*")) {
      return method.equals("OPTIONS") ? new Clean("*", "") : new Moved("/%2A");
    }
    var scheme = schemeLength(raw);
    if (scheme < 0) {
      return new Malformed();
    }
    var rest = raw.substring(scheme);
    if (scheme == 0) {
      return rest.startsWith("/") ? ofPath("", rest) : new Malformed();
    }
    if (!rest.startsWith("/")) {
      // The path of "http:services" is empty, and Go's redirect leads to where it came from.
      return new Moved(raw);
    }
    return rest.startsWith("//")
        ? of(raw.substring(0, scheme), "//", rest.substring(2))
        : ofPath(raw.substring(0, scheme) + "//", rest);
  }

  private static RequestTarget of(String scheme, String slashes, String rest) {
    var end = rest.length();
    for (var i = 0; i < rest.length(); i++) {
      if (rest.charAt(i) == '/' || rest.charAt(i) == '?') {
        end = i;
        break;
      }
    }
    var authority = rest.substring(0, end);
    if (!isAuthority(authority)) {
      return new Malformed();
    }
    var target = ofPath(scheme + slashes + authority, rest.substring(end));
    return target instanceof Clean clean
        ? new Clean(clean.uri(), authority.substring(authority.lastIndexOf('@') + 1))
        : target;
  }

  private static RequestTarget ofPath(String before, String pathAndQuery) {
    var mark = pathAndQuery.indexOf('?');
    var query = mark < 0 ? "" : pathAndQuery.substring(mark);
    var path = decode(mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark));
    if (path.isEmpty()) {
      return new Malformed();
    }
    var clean = clean(path.get());
    return clean.equals(path.get())
        ? new Clean(canonical(clean) + readable(query), "")
        : new Moved(before + encoded(clean) + readable(query));
  }

  /** The length of {@code http:}; 0 where there is none; negative where it is wrong. */
  private static int schemeLength(String raw) {
    for (var i = 0; i < raw.length(); i++) {
      var c = raw.charAt(i);
      if (c == ':') {
        return i == 0 ? -1 : i + 1;
      }
      if (!isLetter(c) && (i == 0 || !(isDigit(c) || "+-.".indexOf(c) >= 0))) {
        return 0;
      }
    }
    return 0;
  }

  private static boolean isAuthority(String authority) {
    var host = authority.substring(authority.lastIndexOf('@') + 1);
    if (host.startsWith("[") && host.indexOf(']') < 0) {
      return false;
    }
    for (var i = 0; i < host.length(); i++) {
      var c = host.charAt(i);
      if (c == '%') {
        // Only what is not ASCII may be encoded there, and the zone of an address.
        var code = code(host, i);
        if (code < 0 || (code < 0x80 && code != '%')) {
          return false;
        }
      } else if (c < 0x80 && !isLetter(c) && !isDigit(c) && HOST_SIGNS.indexOf(c) < 0) {
        return false;
      }
    }
    var port = host.substring(Math.max(host.lastIndexOf(':'), host.lastIndexOf(']')) + 1);
    return host.lastIndexOf(':') <= host.lastIndexOf(']')
        || port.chars().allMatch(c -> isDigit((char) c));
  }

  /** The bytes behind a percent-encoded path, one character each; empty where it is malformed. */
  private static Optional<String> decode(String path) {
    if (path.indexOf('%') < 0) {
      return Optional.of(path);
    }
    var decoded = new StringBuilder(path.length());
    for (var i = 0; i < path.length(); i++) {
      if (path.charAt(i) != '%') {
        decoded.append(path.charAt(i));
        continue;
      }
      var code = code(path, i);
      if (code < 0) {
        return Optional.empty();
      }
      decoded.append((char) code);
      i += 2;
    }
    return Optional.of(decoded.toString());
  }

  private static int code(String text, int percent) {
    if (percent + 2 >= text.length()) {
      return -1;
    }
    var high = Character.digit(text.charAt(percent + 1), 16);
    var low = Character.digit(text.charAt(percent + 2), 16);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }

  /** Without empty parts, {@code .} and {@code ..}; a slash at the end stays. */
  private static String clean(String path) {
    Deque<String> parts = new ArrayDeque<>();
    for (var part : path.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    var clean = "/" + String.join("/", parts);
    return path.endsWith("/") && !parts.isEmpty() ? clean + "/" : clean;
  }

  private static String canonical(String path) {
    return written(path, c -> c > ' ' && c < 0x7f && SPECIAL.indexOf(c) < 0);
  }

  private static String encoded(String path) {
    return written(path, c -> isLetter(c) || isDigit(c) || PATH_SIGNS.indexOf(c) >= 0);
  }

  /** A query as it came, but that nothing in it ends it early or depends on a character set. */
  private static String readable(String query) {
    return written(query, c -> c < 0x7f && c != '#');
  }

  /** Which characters need no encoding. */
  interface Plain {
    boolean test(char c);
  }

  private static String written(String text, Plain plain) {
    var out = new StringBuilder(text.length());
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (plain.test(c)) {
        out.append(c);
      } else {
        out.append('%')
            .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
            .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return out.toString();
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
