package dev.skep.conf;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The form of max-heap. A JVM's heap is chosen before it starts, so it is bin/skep that reads the
 * setting (bin/parts/heap.sh); this says what is wrong with one that it does not understand.
 */
final class HeapSize {
  /** Wins over the configuration file. */
  static final String VARIABLE = "SKEP_MAX_HEAP";

  private static final Pattern SHARE = Pattern.compile("([1-9]|[1-8][0-9]|90)%");
  private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,6}[mMgG]");

  private HeapSize() {}

  /** Throws {@link StartupException} for what is no heap size. */
  static void check(@Nullable String said) {
    if (said != null && !SHARE.matcher(said).matches() && !SIZE.matcher(said).matches()) {
      throw new StartupException(
          "max-heap: \""
              + said
              + "\" is neither a share of the host's memory, 1% to 90%, nor a size such as 512m or 4g");
    }
  }
}
