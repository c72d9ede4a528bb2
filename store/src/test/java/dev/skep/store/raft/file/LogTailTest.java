package dev.skep.store.raft.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class LogTailTest {
  private static final int PREALLOCATED = 16_384;

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  LogTailTest() {
    log.writeBytes("RaftLog1".getBytes(StandardCharsets.US_ASCII));
  }

  /** Appends a record as Ratis writes it; returns where it starts. */
  private int record(int length) {
    int start = log.size();
    ByteBuffer record = ByteBuffer.allocate(length + 9);
    int rest = length;
    while (rest > 0x7f) {
      record.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    record.put((byte) rest);
    record.put((byte) 0x08);
    for (int i = 1; i < length; i++) {
      record.put((byte) (i % 90 + 32));
    }
    CRC32C checksum = new CRC32C();
    checksum.update(record.array(), 0, record.position());
    record.putInt((int) checksum.getValue());
    log.write(record.array(), 0, record.position());
    return start;
  }

  private byte[] preallocated() {
    return Arrays.copyOf(log.toByteArray(), PREALLOCATED);
  }

  @Test
  void reads_a_whole_log() {
    record(3);
    record(200);
    record(3_000);
    assertThat(LogTail.of(log.toByteArray())).isEqualTo(new LogTail.Whole(3));
    assertThat(LogTail.of(preallocated())).isEqualTo(new LogTail.Whole(3));
  }

  @Test
  void reads_a_log_without_records() {
    assertThat(LogTail.of(new byte[0])).isEqualTo(new LogTail.Whole(0));
    assertThat(LogTail.of(preallocated())).isEqualTo(new LogTail.Whole(0));
  }

  @Test
  void finds_the_last_record_cut_anywhere() {
    record(200);
    int last = record(3_000);
    byte[] whole = log.toByteArray();
    for (int cut = last + 1; cut < whole.length; cut++) {
      byte[] short_ = Arrays.copyOf(whole, cut);
      assertThat(LogTail.of(short_)).isEqualTo(new LogTail.Torn(last, 1));
      assertThat(LogTail.of(Arrays.copyOf(short_, PREALLOCATED)))
          .isEqualTo(new LogTail.Torn(last, 1));
    }
  }

  @Test
  void finds_a_batch_of_records_cut_anywhere() {
    int first = record(200);
    int second = record(700);
    int third = record(90);
    byte[] whole = log.toByteArray();
    for (int cut = first + 1; cut < whole.length; cut++) {
      int torn = cut < second ? first : cut < third ? second : third;
      int records = cut < second ? 0 : cut < third ? 1 : 2;
      LogTail expected =
          cut == second || cut == third
              ? new LogTail.Whole(records)
              : new LogTail.Torn(torn, records);
      assertThat(LogTail.of(Arrays.copyOf(Arrays.copyOf(whole, cut), PREALLOCATED)))
          .isEqualTo(expected);
    }
  }

  @Test
  void finds_a_record_whose_sector_never_reached_the_disk() {
    record(200);
    int torn = record(3_000);
    record(100);
    byte[] segment = preallocated();
    Arrays.fill(segment, 1_024, 1_536, (byte) 0);
    assertThat(LogTail.of(segment)).isEqualTo(new LogTail.Torn(torn, 1));
    segment = preallocated();
    Arrays.fill(segment, torn, 512, (byte) 0);
    assertThat(LogTail.of(segment)).isEqualTo(new LogTail.Torn(torn, 1));
  }

  @Test
  void calls_a_changed_byte_damage_wherever_it_is() {
    record(200);
    int middle = record(3_000);
    record(100);
    for (int at = middle; at < middle + 3_000; at++) {
      byte[] segment = preallocated();
      segment[at] ^= 0x10;
      assertThat(LogTail.of(segment)).as("byte %d", at).isEqualTo(new LogTail.Damaged(middle));
    }
  }
}
