package dev.skep.store.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.raft.file.SealedInput;
import dev.skep.store.raft.file.SealedOutput;
import dev.skep.store.raft.file.StoreKey;
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
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealTest {
  private static final byte[] PLAIN = "s3cr3t".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  @BeforeEach
  void found() throws IOException {
    StoreKey.name(directory, StoreKey.make(directory));
  }

  @Test
  void opens_in_a_later_life_what_was_sealed_in_an_earlier_one() throws IOException {
    byte[] sealed = StoreKey.in(directory).seal(PLAIN, "x");
    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("s3cr3t");
    assertThat(Seal.sealed(sealed)).isTrue();
    assertThat(StoreKey.in(directory).open(sealed, "x")).isEqualTo(PLAIN);
  }

  @Test
  void opens_what_an_older_version_sealed_with_aes() throws IOException {
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    byte[] sealed =
        HexFormat.of()
            .parseHex(
                "01630dcd298613ad57b2f8dd5ea76557f0167fd74c000000000000000000"
                    + "0000000fd028d9c1c7a40b730b21280cf80a48b613d39932a0");
    assertThat(Seal.sealed(sealed)).isTrue();
    assertThat(new Seal(key, "a test").open(sealed, "x")).isEqualTo(PLAIN);
  }

  @Test
  void never_seals_the_same_twice_alike() throws IOException {
    Set<String> seen = new HashSet<>();
    for (int life = 0; life < 3; life++) {
      Seal seal = StoreKey.in(directory);
      for (int i = 0; i < 100; i++) {
        seen.add(Arrays.toString(seal.seal(PLAIN, "x")));
      }
    }
    assertThat(seen).hasSize(300);
  }

  @Test
  void opens_nothing_that_was_changed_or_is_elsewhere() throws IOException {
    Seal seal = StoreKey.in(directory);
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
  void names_the_key_file_that_is_not_the_right_one() throws IOException {
    byte[] sealed = StoreKey.in(directory).seal(PLAIN, "x");
    Path file = directory.resolve("key");
    byte[] other = Files.readAllBytes(file);
    other[0] ^= 1;
    Files.write(file, other);
    assertThatThrownBy(() -> StoreKey.in(directory))
        .hasMessageContaining(file + " has the fingerprint")
        .hasMessageContaining("put the right file back");
    Files.delete(directory.resolve("key.fingerprint"));
    Seal wrong = StoreKey.in(directory);
    assertThatThrownBy(() -> wrong.open(sealed, "x"))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("put the right file back");
    Files.write(file, new byte[3]);
    assertThatThrownBy(() -> StoreKey.in(directory))
        .hasMessageContaining(file + " has 3 bytes instead of 32");
  }

  @Test
  void only_the_owner_reads_the_key() throws IOException {
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void streams_of_any_length_come_back() throws IOException {
    Seal seal = StoreKey.in(directory);
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
    Seal seal = StoreKey.in(directory);
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
