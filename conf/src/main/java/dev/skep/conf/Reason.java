package dev.skep.conf;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why something failed, for the end of a sentence: one line, without the names of classes. */
public final class Reason {
  /** Longer is no reason but a report. */
  private static final int MOST_CHARACTERS = 1_000;

  /** How Netty speaks of a system call: {@code bind(..) failed with error(-98): Address …}. */
  private static final Pattern SYSTEM_CALL =
      Pattern.compile("\\S+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

  /** How Netty ends a refused connection; whoever tells it has named the place. */
  private static final Pattern PLACE = Pattern.compile(": /[0-9.]+:\\d+$");

  private Reason() {}

  public static String of(@Nullable Throwable cause) {
    return switch (cause) {
      case null -> "unknown";
      case AccessDeniedException e -> "permission denied: " + e.getFile();
      case NoSuchFileException e -> "there is no " + e.getFile();
      case FileAlreadyExistsException e -> e.getFile() + " is in the way";
      case FileSystemException e ->
          e.getFile() + ": " + (e.getReason() == null ? "it failed" : lower(e.getReason()));
      case UncheckedIOException e when e.getCause() != null -> of(e.getCause());
      case CompletionException e when e.getCause() != null -> of(e.getCause());
      case ExecutionException e when e.getCause() != null -> of(e.getCause());
      case TimeoutException e -> e.getMessage() == null ? "no answer in time" : line(e);
      default -> line(cause);
    };
  }

  /** What a stranger sent, for an error's text: one short line. */
  public static String shown(@Nullable String said) {
    String line = said == null ? "" : said.replaceAll("\\p{Cntrl}", "?");
    return line.length() > 80 ? line.substring(0, 80) + "…" : line;
  }

  private static String line(Throwable cause) {
    String message = cause.getMessage();
    if (message == null || message.isBlank()) {
      return cause.getClass().getSimpleName();
    }
    String first =
        PLACE.matcher(SYSTEM_CALL.matcher(message.strip()).replaceFirst("")).replaceFirst("");
    String line = first.replaceAll("\\s*\\R\\s*", " ");
    String known = lower(line);
    return known.length() > MOST_CHARACTERS ? known.substring(0, MOST_CHARACTERS) + " …" : known;
  }

  /** The system writes "Address already in use"; in a sentence it is lower case. */
  private static String lower(String text) {
    return text.matches("[A-Z][a-z]+ .*|[A-Z][a-z]+")
        ? Character.toLowerCase(text.charAt(0)) + text.substring(1)
        : text;
  }
}
