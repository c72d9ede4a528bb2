package dev.skep.conf;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong with a configuration file, in one line and without the names of classes. Pure. */
final class SettingsError {
  /** How the YAML parser names a place; of several, the last is where it could not go on. */
  private static final Pattern MARK = Pattern.compile(", line (\\d+), column ");

  private SettingsError() {}

  /** Where, for the file's name to be followed by; empty when nobody knows. */
  static String place(JsonProcessingException e) {
    if (e instanceof UnrecognizedPropertyException) {
      return ""; // told when all is read; the key says where to look
    }
    String line =
        MARK.matcher(String.valueOf(e.getOriginalMessage()))
            .results()
            .map(mark -> mark.group(1))
            .reduce("", (_, last) -> last);
    // The exception's own location is where the parser has read to, which may be lines further.
    if (line.isEmpty() && e.getProcessor() instanceof JsonParser parser) {
      int token = parser.currentTokenLocation().getLineNr();
      line = token > 0 ? Integer.toString(token) : "";
    }
    return line.isEmpty() ? "" : ", line " + line;
  }

  static String words(JsonProcessingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          "there is no setting \"%s\"; there are %s"
              .formatted(
                  Reason.shown(unknown.getPropertyName()), names(unknown.getKnownPropertyIds()));
      case MismatchedInputException wrong -> mismatch(wrong);
      default -> told(e.getOriginalMessage());
    };
  }

  private static String names(@Nullable Collection<Object> known) {
    return known == null
        ? "others"
        : new TreeSet<>(known.stream().map(String::valueOf).toList())
            .stream().collect(Collectors.joining(", "));
  }

  private static String mismatch(MismatchedInputException wrong) {
    List<JsonMappingException.Reference> path = wrong.getPath();
    if (path.isEmpty()) {
      return "it must be settings with their values, such as \"log-level: debug\"";
    }
    String name = Objects.requireNonNullElse(path.getFirst().getFieldName(), "?");
    // Within a list it is one of its values that is wrong.
    String wanted = path.size() > 1 ? "a list of words" : wanted(wrong.getTargetType());
    return name + " must be " + wanted;
  }

  private static String wanted(@Nullable Class<?> type) {
    if (type != null && Collection.class.isAssignableFrom(type)) {
      return "a list, such as [a, b]";
    }
    return type != null && Number.class.isAssignableFrom(type) ? "a whole number" : "one word";
  }

  /** The YAML parser's own words; indented lines are its excerpts of the file. */
  private static String told(String message) {
    String said =
        message
            .lines()
            .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
            .map(Reason::shown)
            .collect(Collectors.joining(": "));
    return said.isEmpty() ? said : Character.toLowerCase(said.charAt(0)) + said.substring(1);
  }
}
