package dev.skep.conf.hosts;

import dev.skep.conf.e2e.Command;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A host of a bed: its commands, and what can go wrong with it. */
final class Host {
  private static final Pattern ECHO = Pattern.compile("time=([0-9.]+) ms");
  private static final Duration ECHO_BOUND = Duration.ofSeconds(2);

  private final BedCommand command;
  private final int number;

  Host(BedCommand command, int number) {
    this.command = command;
    this.number = number;
  }

  int number() {
    return number;
  }

  /** As its engine and its node call it. */
  String name() {
    return "host-" + number;
  }

  String address() {
    return about("address");
  }

  /** The docker command against its daemon; returns what it printed. */
  String docker(String... words) {
    return about("docker", words);
  }

  Command.Result tryDocker(String... words) {
    return tryAbout("docker", words);
  }

  /** The docker command against its engine, behind Skep's back. */
  String engine(String... words) {
    return about("engine", words);
  }

  Command.Result tryEngine(String... words) {
    return tryAbout("engine", words);
  }

  /** A program on the host, with DOCKER_HOST naming its daemon, or its engine in a bed without. */
  String run(String... words) {
    return about("run", words);
  }

  Command.Result tryRun(String... words) {
    return tryAbout("run", words);
  }

  /** How long one echo takes to the other host and back; nothing when none comes in two seconds. */
  Optional<Duration> echo(Host other) {
    String bound = Long.toString(ECHO_BOUND.toSeconds());
    String said =
        tryRun("busybox", "ping", "-c", "1", "-W", bound, "-w", bound, other.address()).output();
    Matcher echo = ECHO.matcher(said);
    return echo.find()
        ? Optional.of(Duration.ofNanos((long) (Double.parseDouble(echo.group(1)) * 1_000_000)))
        : Optional.empty();
  }

  boolean reaches(Host other) {
    return echo(other).isPresent();
  }

  /** Its cable is out, until {@link #heal}. */
  void cut() {
    about("cut");
  }

  void heal() {
    about("heal");
  }

  /**
   * What it sends and what it is sent.
   *
   * @param time how much longer it takes, each way, in whole milliseconds; zero: no longer
   * @param lossPercent how much of it is lost, each way
   */
  void delay(Duration time, int lossPercent) {
    about("delay", Long.toString(time.toMillis()), Integer.toString(lossPercent));
  }

  /** SIGKILL; {@link Part#ALL}: its power is cut. */
  void kill(Part part) {
    about("kill", part.word());
  }

  /** In peace. */
  void stop(Part part) {
    about("stop", part.word());
  }

  /** What of it does not run; answers when that does. */
  void start(Part part) {
    about("start", part.word());
  }

  void pause(Part part) {
    about("pause", part.word());
  }

  void resume(Part part) {
    about("resume", part.word());
  }

  /** The daemon's data is on a disk of that size, such as 20m; its daemon is started again. */
  void smallDisk(String size) {
    about("disk", size);
  }

  /** Not a byte has room on its small disk, until {@link #emptyDisk}. */
  void fillDisk() {
    about("disk", "full");
  }

  void emptyDisk() {
    about("disk", "room");
  }

  /** All that the daemon, or the engine, has logged. */
  String log(Part part) {
    return tryAbout("logs", part.word()).output();
  }

  private String about(String verb, String... words) {
    return command.succeed(verb, withNumber(words));
  }

  private Command.Result tryAbout(String verb, String... words) {
    return command.run(verb, withNumber(words));
  }

  private String[] withNumber(String... words) {
    return Stream.concat(Stream.of(Integer.toString(number)), Arrays.stream(words))
        .toArray(String[]::new);
  }
}
