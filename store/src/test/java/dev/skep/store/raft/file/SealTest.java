package dev.skep.store.raft.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.seal.ClusterKey;
import dev.skep.store.seal.Seal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealTest {
  private static final byte[] PLAIN = "s3cr3t".getBytes(StandardCharsets.UTF_8);

  private static final StoreOwner OWNER = new StoreOwner("c1", "m1");

  @TempDir Path directory;

  @BeforeEach
  void found() throws IOException {
    StoreKeys.write(directory, OWNER, ClusterKey.random());
  }

  @Test
  void opens_in_a_later_life_what_was_sealed_in_an_earlier_one() throws IOException {
    byte[] sealed = StoreKeys.read(directory, OWNER).seal(PLAIN, "x");
    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("s3cr3t");
    assertThat(StoreKeys.read(directory, OWNER).open(sealed, "x")).isEqualTo(PLAIN);
  }

  @Test
  void never_seals_the_same_twice_alike() throws IOException {
    Set<String> seen = new HashSet<>();
    for (int life = 0; life < 3; life++) {
      Seal seal = StoreKeys.read(directory, OWNER);
      for (int i = 0; i < 100; i++) {
        seen.add(Arrays.toString(seal.seal(PLAIN, "x")));
      }
    }
    assertThat(seen).hasSize(300);
  }

  @Test
  void opens_nothing_that_was_changed_or_is_elsewhere() throws IOException {
    Seal seal = StoreKeys.read(directory, OWNER);
    byte[] sealed = seal.seal(PLAIN, "x");
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> seal.open(changed, "x"))
          .as("byte %d", i)
          .isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> seal.open(sealed, "y")).hasMessageContaining("not what was sealed");
    assertThatThrownBy(() -> seal.open(Arrays.copyOf(sealed, 20), "x"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void all_members_open_what_one_has_sealed() throws IOException {
    ClusterKey key = ClusterKey.random();
    Path one = Files.createDirectory(directory.resolve("one"));
    Path two = Files.createDirectory(directory.resolve("two"));
    StoreOwner other = new StoreOwner("c1", "m2");
    StoreKeys.write(one, OWNER, key);
    StoreKeys.write(two, other, key);
    byte[] sealed = StoreKeys.read(one, OWNER).seal(PLAIN, "x");
    assertThat(StoreKeys.read(two, other).open(sealed, "x")).isEqualTo(PLAIN);
    assertThat(Files.readAllBytes(one.resolve("member.key")))
        .isNotEqualTo(Files.readAllBytes(two.resolve("member.key")));
    assertThat(Files.readAllBytes(one.resolve("cluster.key")))
        .isNotEqualTo(Files.readAllBytes(two.resolve("cluster.key")));
  }

  @Test
  void names_the_key_files_that_are_not_the_right_ones() throws IOException {
    Path own = directory.resolve("member.key");
    byte[] right = Files.readAllBytes(own);
    byte[] other = right.clone();
    other[0] ^= 1;
    Files.write(own, other);
    assertThatThrownBy(() -> StoreKeys.read(directory, OWNER))
        .hasMessageContaining("cluster.key cannot be opened with " + own)
        .hasMessageContaining("put the right file");
    Files.write(own, right);
    assertThatThrownBy(() -> StoreKeys.read(directory, new StoreOwner("c1", "m2")))
        .hasMessageContaining("cannot be opened")
        .hasMessageContaining("as that of node m2 of the swarm c1");
    Files.write(own, new byte[3]);
    assertThatThrownBy(() -> StoreKeys.read(directory, OWNER))
        .hasMessageContaining(own + " has 3 bytes instead of 32");
  }

  @Test
  void only_the_owner_reads_the_keys() throws IOException {
    for (String key : new String[] {"member.key", "cluster.key"}) {
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(key))))
          .as(key)
          .isEqualTo("rw-------");
    }
  }

  @Test
  void streams_of_any_length_come_back() throws IOException {
    Seal seal = StoreKeys.read(directory, OWNER);
    for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 200_000}) {
      byte[] plain = new byte[length];
      new Random(length).nextBytes(plain);
      byte[] sealed = sealed(seal, plain);
      try (SealedInput in = new SealedInput(seal, new ByteArrayInputStream(sealed))) {
        assertThat(in.readAllBytes()).isEqualTo(plain);
      }
    }
  }

  @Test
  void blocks_of_a_stream_cannot_change_places() throws IOException {
    Seal seal = StoreKeys.read(directory, OWNER);
    byte[] sealed = sealed(seal, new byte[2 * SealedOutput.BLOCK_BYTES]);
    byte[] swapped = Arrays.copyOf(sealed, sealed.length);
    int half = sealed.length / 2;
    System.arraycopy(sealed, half, swapped, 0, half);
    System.arraycopy(sealed, 0, swapped, half, half);
    try (SealedInput in = new SealedInput(seal, new ByteArrayInputStream(swapped))) {
      assertThatThrownBy(in::readAllBytes).hasMessageContaining("not what was sealed");
    }
  }

  private static byte[] sealed(Seal seal, byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (SealedOutput out = new SealedOutput(seal, bytes)) {
      for (int at = 0; at < plain.length; at += 777) {
        out.write(plain, at, Math.min(777, plain.length - at));
      }
      out.flush();
    }
    return bytes.toByteArray();
  }
}
