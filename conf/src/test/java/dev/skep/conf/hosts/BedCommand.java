package dev.skep.conf.hosts;

import dev.skep.conf.e2e.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** `test/hosts`, about one bed. */
record BedCommand(String bed) {
  // Surefire runs a module's tests in the module's directory.
  private static final String PROGRAM =
      Path.of("../test/hosts").toAbsolutePath().normalize().toString();

  private static final Pattern OF_A_RUN = Pattern.compile("t([0-9]+) .*");

  /** Its name is that of this run of the tests: two runs on one machine do not meet. */
  static BedCommand ofThisRun() {
    return new BedCommand("t" + ProcessHandle.current().pid());
  }

  /** Removes the beds of runs that were killed before they could. */
  static void sweep() {
    for (String line : Command.succeed(Map.of(), List.of(PROGRAM, "ls")).lines()) {
      Matcher run = OF_A_RUN.matcher(line);
      if (run.matches() && ProcessHandle.of(Long.parseLong(run.group(1))).isEmpty()) {
        new BedCommand("t" + run.group(1)).succeed("down");
      }
    }
  }

  /** Throws AssertionError with what was said when it does not succeed. */
  String succeed(String verb, String... words) {
    return Command.succeed(Map.of(), words(verb, words)).output().strip();
  }

  /** Whatever becomes of it. */
  Command.Result run(String verb, String... words) {
    return Command.run(Map.of(), words(verb, words));
  }

  /** For a process of the caller's. */
  List<String> words(String verb, String... words) {
    List<String> all = new ArrayList<>(List.of(PROGRAM, verb, bed));
    all.addAll(Arrays.asList(words));
    return all;
  }
}
