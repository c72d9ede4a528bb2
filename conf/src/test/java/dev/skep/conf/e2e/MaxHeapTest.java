package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * bin/parts/heap.sh chooses the JVM's heap before there is a JVM: here on a host of 8 GiB that is a
 * directory.
 */
class MaxHeapTest {
  private static final String HOST_MIB = "8192";

  @TempDir Path root;

  @BeforeEach
  void aHostWithoutLimits() throws IOException {
    write("proc/meminfo", "MemTotal:        8388608 kB", "MemFree:         1000000 kB");
    write("proc/self/cgroup", "0::/");
  }

  private void write(String file, String... lines) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, Arrays.asList(lines));
  }

  /**
   * What a function of the script prints, with the options that all of Skep's scripts have.
   *
   * @param before shell commands that come first
   */
  private String script(String before, String... call) {
    String sourced =
        "set -euo pipefail; unset SKEP_MAX_HEAP; source %s/bin/parts/heap.sh; proc=%s/proc; cgroups=%s/cgroup; %s \"$@\""
            .formatted(DemoSwarm.home(), root, root, before);
    var words = Stream.concat(Stream.of("bash", "-c", sourced, "heap"), Arrays.stream(call));
    return Command.succeed(Map.of(), words.toList()).output().strip();
  }

  private String hostMib() {
    return script("", "host_mib");
  }

  static Stream<Arguments> secondVersion() {
    return Stream.of(
        Arguments.of("no limit anywhere", Map.of("", "max", "/a", "max", "/a/b", "max"), HOST_MIB),
        Arguments.of("the own group's", Map.of("/a/b", "1073741824"), "1024"),
        Arguments.of("the parent's", Map.of("/a", "1073741824", "/a/b", "max"), "1024"),
        Arguments.of(
            "the parent's is less", Map.of("/a", "536870912", "/a/b", "1073741824"), "512"),
        Arguments.of("the own is less", Map.of("/a", "1073741824", "/a/b", "536870912"), "512"),
        Arguments.of("the root's, in a container", Map.of("", "2147483648"), "2048"),
        Arguments.of("another group's", Map.of("/a/c", "1048576"), HOST_MIB),
        Arguments.of("more than there is", Map.of("/a/b", "68719476736"), HOST_MIB));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("secondVersion")
  void the_least_limit_of_all_groups_up_to_the_root_counts(
      String name, Map<String, String> limits, String mib) throws IOException {
    write("proc/self/cgroup", "0::/a/b");
    for (var limit : limits.entrySet()) {
      write("cgroup" + limit.getKey() + "/memory.max", limit.getValue());
    }
    assertThat(hostMib()).isEqualTo(mib);
  }

  static Stream<Arguments> firstVersion() {
    String none = "9223372036854771712";
    return Stream.of(
        Arguments.of("no limit anywhere", Map.of("", none, "/a", none, "/a/b", none), HOST_MIB),
        Arguments.of("an older word for none", Map.of("/a/b", "18446744073709551615"), HOST_MIB),
        Arguments.of("the own group's", Map.of("", none, "/a/b", "1073741824"), "1024"),
        Arguments.of("the parent's", Map.of("", none, "/a", "536870912", "/a/b", none), "512"),
        Arguments.of("the mount's, in a container", Map.of("", "2147483648"), "2048"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("firstVersion")
  void so_it_is_with_the_first_version_of_control_groups(
      String name, Map<String, String> limits, String mib) throws IOException {
    write("proc/self/cgroup", "5:devices:/x", "4:memory:/a/b", "0::/elsewhere");
    for (var limit : limits.entrySet()) {
      write("cgroup/memory" + limit.getKey() + "/memory.limit_in_bytes", limit.getValue());
    }
    assertThat(hostMib()).isEqualTo(mib);
  }

  @Test
  void controllers_that_share_a_hierarchy_share_its_groups() throws IOException {
    write("cgroup/memory/a/memory.limit_in_bytes", "1073741824");
    for (String controllers : List.of("cpu,memory", "memory,hugetlb")) {
      write("proc/self/cgroup", "4:" + controllers + ":/a");
      assertThat(hostMib()).as(controllers).isEqualTo("1024");
    }
  }

  @Test
  void a_group_whose_name_only_resembles_memory_does_not_count() throws IOException {
    write("proc/self/cgroup", "4:mymemory:/a/b", "3:name=memory:/a/b");
    write("cgroup/memory/a/b/memory.limit_in_bytes", "1048576");
    assertThat(hostMib()).isEqualTo(HOST_MIB);
  }

  @Test
  void the_configuration_says_it_in_any_form_of_a_word_in_yaml() throws IOException {
    Map<String, String> forms = new LinkedHashMap<>();
    forms.put("max-heap: 50%", "4096");
    forms.put("max-heap: \"512m\"", "512");
    forms.put("max-heap: '1g'", "1024");
    forms.put("max-heap:    3G  # enough", "3072");
    forms.put("\"max-heap\": 700M", "700");
    forms.put("  max-heap : 300m", "300");
    forms.put("max-heap: 1g\r", "1024");
    forms.put("# max-heap: 1g", "2048");
    forms.put("x-max-heap: 1g", "2048");
    forms.put("max-heap: lots", "2048");
    forms.put("max-heap: 95%", "2048");
    forms.put("max-heap:", "2048");
    forms.put("max-heap: 10m", "256");
    forms.put("max-heap: 1%", "256");
    List<String> files = new ArrayList<>();
    for (String form : forms.keySet()) {
      String file = "conf/" + files.size();
      write(file, "# a comment", form, "log-level: info");
      files.add(root.resolve(file).toString());
    }
    String all =
        "heaps() { host_mib() { echo 8192; }; for file; do heap_mib daemon --config=\"$file\"; done; }; ";
    files.addFirst("heaps");
    List<String> heaps = script(all, files.toArray(String[]::new)).lines().toList();
    assertThat(heaps).containsExactlyElementsOf(forms.values());
  }

  @Test
  void the_command_line_wins_over_the_variable_and_the_variable_over_the_file() throws IOException {
    write("skep.yaml", "max-heap: 300m");
    String file = root + "/skep.yaml";
    String variable = "SKEP_MAX_HEAP=400m;";
    assertThat(script(variable, "heap_mib", "daemon", "--config", file)).isEqualTo("400");
    assertThat(script(variable, "heap_mib", "daemon", "--config", file, "--max-heap", "500m"))
        .isEqualTo("500");
    assertThat(script(variable, "heap_mib", "daemon", "--max-heap=600m")).isEqualTo("600");
    assertThat(script("", "heap_mib", "daemon", "--config", "/nowhere")).isEqualTo("2048");
    assertThat(script("", "heap_mib", "daemon", "--max-heap")).isEqualTo("2048");
  }

  @Test
  void a_share_is_of_what_the_groups_leave_and_never_beyond_what_a_heap_is_good_for()
      throws IOException {
    write("cgroup/memory.max", "4294967296");
    assertThat(script("", "heap_mib", "daemon")).isEqualTo("1024");
    write("cgroup/memory.max", "max");
    write("proc/meminfo", "MemTotal:       268435456 kB");
    assertThat(script("", "heap_mib", "daemon")).isEqualTo("30720");
  }
}
