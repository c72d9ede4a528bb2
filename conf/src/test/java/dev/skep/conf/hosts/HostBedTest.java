package dev.skep.conf.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The bed itself: its hosts are hosts, and each fault does what it says. */
@Tag("e2e")
@Tag("hosts")
class HostBedTest {
  @RegisterExtension static final HostBed bed = HostBed.ofEngines(3);

  private static final String IMAGE = "skep-hosts:1";

  private final Host one = bed.host(1);
  private final Host two = bed.host(2);
  private final Host three = bed.host(3);

  @Test
  void its_hosts_have_names_addresses_and_one_image() {
    Set<String> addresses = new HashSet<>();
    Set<String> images = new HashSet<>();
    for (Host host : bed.hosts()) {
      assertThat(host.engine("info", "--format", "{{.Name}}")).isEqualTo(host.name());
      assertThat(host.run("hostname")).isEqualTo(host.name());
      assertThat(host.run("ip", "-br", "address", "show", "eth0")).contains(host.address() + "/24");
      addresses.add(host.address());
      images.add(host.engine("image", "inspect", "--format", "{{.Id}}", IMAGE));
    }
    assertThat(addresses).hasSize(3);
    assertThat(images).hasSize(1);
  }

  @Test
  void every_host_reaches_every_other_and_a_container_does() {
    for (Host from : bed.hosts()) {
      for (Host to : bed.hosts()) {
        assertThat(from.reaches(to)).as(from.name() + " to " + to.name()).isTrue();
      }
    }
    one.engine("run", "--rm", IMAGE, "ping", "-c", "1", "-W", "5", three.address());
  }

  /** A resolver that drops what it is asked would keep each pull of an image for many seconds. */
  @Test
  void an_image_that_is_not_there_is_refused_at_once() {
    long begin = System.nanoTime();
    assertThat(one.tryEngine("pull", "nowhere:1").output()).contains("no route to host");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void a_cable_that_is_out_is_out_for_that_host_alone() {
    two.cut();
    assertThat(one.reaches(two)).isFalse();
    assertThat(two.reaches(three)).isFalse();
    assertThat(one.reaches(three)).isTrue();
    assertThat(two.reaches(two)).isTrue();
    two.heal();
    awaitReach(one, two);
  }

  @Test
  void two_hosts_that_are_cut_from_one_another_reach_the_third() {
    bed.cut(one, two);
    assertThat(one.reaches(two)).isFalse();
    assertThat(two.reaches(one)).isFalse();
    assertThat(one.reaches(three)).isTrue();
    assertThat(three.reaches(two)).isTrue();
    bed.heal(one, two);
    awaitReach(one, two);
  }

  @Test
  void what_is_cut_one_way_goes_the_other() {
    bed.cutOneWay(one, two);
    // An echo needs both ways, so it is the question that is counted, where it comes in.
    assertThat(questionComes(one, two)).isFalse();
    assertThat(questionComes(two, one)).isTrue();
    bed.clear();
    assertThat(questionComes(one, two)).isTrue();
  }

  @Test
  void a_delay_is_there_each_way_and_goes() {
    Duration delay = Duration.ofMillis(100);
    two.delay(delay, 0);
    assertThat(one.echo(two).orElseThrow()).isGreaterThanOrEqualTo(delay.multipliedBy(2));
    assertThat(one.echo(three).orElseThrow()).isLessThan(delay);
    // A cut holds for a host that is delayed too.
    bed.cut(one, two);
    assertThat(one.reaches(two)).isFalse();
    bed.clear();
    assertThat(one.echo(two).orElseThrow()).isLessThan(delay);
  }

  @Test
  void what_is_all_lost_does_not_come() {
    two.delay(Duration.ZERO, 100);
    assertThat(one.reaches(two)).isFalse();
    two.delay(Duration.ZERO, 0);
    awaitReach(one, two);
  }

  @Test
  void an_engine_that_is_killed_leaves_its_containers_and_comes_back() {
    two.engine("run", "-d", "--name", "left", IMAGE);
    two.kill(Part.ENGINE);
    assertThat(two.tryEngine("version").status()).isNotZero();
    assertThat(two.run("ps", "-e", "-o", "comm")).contains("containerd-shim");
    two.start(Part.ENGINE);
    assertThat(two.engine("ps", "-a", "--format", "{{.Names}}")).isEqualTo("left");
    two.engine("rm", "-f", "left");
  }

  @Test
  void a_host_whose_power_is_cut_comes_back_with_its_disk_and_its_faults() {
    three.engine("run", "-d", "--name", "dies", IMAGE);
    three.cut();
    three.kill(Part.ALL);
    assertThat(three.tryRun("true").output()).contains("off");
    three.start(Part.ALL);
    assertThat(three.engine("ps", "-a", "--format", "{{.Names}} {{.Status}}"))
        .startsWith("dies Exited");
    assertThat(one.reaches(three)).isFalse();
    three.heal();
    awaitReach(one, three);
    three.engine("rm", "dies");
  }

  @Test
  void a_host_that_is_paused_answers_echoes_and_nothing_else() {
    two.pause(Part.ALL);
    assertThat(two.tryRun("timeout", "2", "docker", "version").status()).isEqualTo(124);
    assertThat(one.reaches(two)).isTrue();
    two.resume(Part.ALL);
    two.engine("version");
  }

  private static void awaitReach(Host from, Host to) {
    Await.until(from.name() + " reaches " + to.name(), () -> from.reaches(to));
  }

  private static boolean questionComes(Host from, Host to) {
    long before = questionsTaken(to);
    from.echo(to);
    return questionsTaken(to) > before;
  }

  /**
   * How many echoes the host was asked for since it was switched on: two lines, names and values.
   */
  private static long questionsTaken(Host host) {
    List<String[]> lines =
        host.run("grep", "^Icmp:", "/proc/net/snmp").lines().map(line -> line.split(" ")).toList();
    int column = List.of(lines.get(0)).indexOf("InEchos");
    return Long.parseLong(lines.get(1)[column]);
  }
}
