package dev.skep.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityFilesTest {
  @TempDir Path parent;

  private final TestCluster cluster = new TestCluster("c1", 1);
  private final NodeCertificate first = cluster.worker("n1");
  private final NodeCertificate second = cluster.manager("n1");

  @Test
  void keeps_what_was_written_last() {
    assertThat(files().read()).isEmpty();
    files().write(first, cluster.roots());
    assertKept(first);
    RootCertificate next = Authority.create("c1", TestCluster.NOW, cluster.random).root();
    List<RootCertificate> both = List.of(cluster.authority.root(), next);
    files().write(second, both);
    assertKept(second);
    assertThat(files().read().orElseThrow().roots()).isEqualTo(both);
    assertThat(names(parent)).containsExactly("identity");
  }

  @Test
  void nobody_but_the_owner_reads_them() throws Exception {
    files().write(first, cluster.roots());
    Path directory = parent.resolve("identity");
    assertThat(permissions(directory)).isEqualTo("rwx------");
    assertThat(names(directory)).containsExactly("ca.crt", "node.crt", "node.key");
    for (String name : names(directory)) {
      assertThat(permissions(directory.resolve(name))).isEqualTo("rw-------");
    }
  }

  /**
   * Each state in which a crash can leave the disk while the second takes the first one's place.
   */
  @Test
  void after_a_crash_the_old_ones_or_the_new_ones_are_there() throws Exception {
    Path directory = parent.resolve("identity");
    Path fresh = parent.resolve("identity.new");
    Path old = parent.resolve("identity.old");

    files().write(first, cluster.roots());
    Files.createDirectory(fresh);
    Files.writeString(fresh.resolve("node.crt"), "half of");
    assertKept(first);

    Files.delete(fresh.resolve("node.crt"));
    Files.delete(fresh);
    Files.move(directory, old);
    files("other").write(second, cluster.roots());
    Files.move(parent.resolve("other"), fresh);
    assertKept(second); // moved aside, and the new ones are not yet in place
    assertThat(names(parent)).containsExactly("identity");

    files("other").write(first, cluster.roots());
    Files.move(parent.resolve("other"), old);
    assertKept(second); // in place, and the old ones not yet removed
    assertThat(names(parent)).containsExactly("identity");
  }

  @Test
  void a_first_write_that_a_crash_ended_was_none() throws Exception {
    Files.createDirectory(parent.resolve("identity.new"));
    Files.writeString(parent.resolve("identity.new").resolve("node.key"), "half of");
    assertThat(files().read()).isEmpty();
    files().write(first, cluster.roots());
    assertKept(first);
  }

  @Test
  void deletes_them_for_good() {
    files().delete();
    files().write(first, cluster.roots());
    files().delete();
    assertThat(files().read()).isEmpty();
    assertThat(names(parent)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"node.crt", "node.key", "ca.crt"})
  void a_host_that_cannot_read_them_does_not_take_itself_for_one_without(String name)
      throws Exception {
    files().write(first, cluster.roots());
    Path file = parent.resolve("identity").resolve(name);
    for (String text : List.of("", "hello", "x".repeat(100_000))) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> files().read())
          .isInstanceOf(IdentityException.class)
          .hasMessageStartingWith(
              "cannot read this node's certificate in " + parent.resolve("identity") + ": ")
          .hasMessageEndingWith(
              "; put a copy back that this user may read, or leave the swarm and join again");
    }
    Files.delete(file);
    assertThatThrownBy(() -> files().read())
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining(file + ": it is not there");
  }

  @Test
  void says_what_the_disk_did_not_take() {
    IdentityFiles nowhere = new IdentityFiles(parent.resolve("missing").resolve("identity"));
    assertThatThrownBy(() -> nowhere.write(first, cluster.roots()))
        .isInstanceOf(IdentityException.class)
        .hasMessageStartingWith("cannot write this node's certificate to " + parent)
        .hasMessageEndingWith("make room, or make it writable for this user");
  }

  private IdentityFiles files() {
    return files("identity");
  }

  private IdentityFiles files(String name) {
    return new IdentityFiles(parent.resolve(name));
  }

  private void assertKept(NodeCertificate certificate) {
    IdentityFiles.Kept kept = files().read().orElseThrow();
    assertThat(kept.certificate().chain()).isEqualTo(certificate.chain());
    assertThat(kept.certificate().privateKeyPem()).isEqualTo(certificate.privateKeyPem());
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
