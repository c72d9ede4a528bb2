package dev.skep.conf;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line: {@code skep daemon} and {@code skep version}. The demo and the build are shell,
 * in bin/skep.
 */
@Command(
    name = "skep",
    description = "Turns hosts that run plain Docker Engines into one swarm.",
    mixinStandardHelpOptions = true,
    versionProvider = Skep.Versions.class,
    subcommands = {DaemonCommand.class, Skep.VersionCommand.class})
public final class Skep implements Callable<Integer> {
  private Skep() {}

  public static void main(String[] args) {
    int exit =
        new CommandLine(new Skep())
            .setParameterExceptionHandler((wrong, said) -> misused(wrong))
            .execute(args);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  /** One line; the whole help would hide it. */
  private static int misused(CommandLine.ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    String why = Reason.of(wrong);
    List<String> near =
        wrong instanceof CommandLine.UnmatchedArgumentException unknown
            ? unknown.getSuggestions()
            : List.of();
    command
        .getErr()
        .println(
            "skep: %s%s; '%s --help' lists the options"
                .formatted(
                    why,
                    near.isEmpty() ? "" : ". Did you mean '" + near.getFirst() + "'?",
                    command.getCommandSpec().qualifiedName()));
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public Integer call() {
    CommandLine.usage(this, System.err);
    return CommandLine.ExitCode.USAGE;
  }

  /** Where the version comes from: the jar's manifest, or "development" when run from classes. */
  static final class Versions implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"skep " + current()};
    }

    static String current() {
      String version = Skep.class.getPackage().getImplementationVersion();
      return version == null ? "development" : version;
    }
  }

  @Command(name = "version", description = "Prints the version.")
  static final class VersionCommand implements Callable<Integer> {
    @Override
    public Integer call() {
      System.out.println("skep " + Versions.current());
      return CommandLine.ExitCode.OK;
    }
  }
}
