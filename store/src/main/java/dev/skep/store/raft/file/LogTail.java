package dev.skep.store.raft.file;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How a log segment of Ratis ends. After a header of 8 bytes come records: the entry's length as a
 * varint, the entry, and a CRC-32C of both; after the last record come zeros.
 *
 * <p>A record that cannot be read was cut short by a crash when it lacks its end and nothing
 * follows, or when a disk sector of it is still zero (the test that etcd's log uses): then its sync
 * had not returned, and neither it nor what follows was acknowledged. Otherwise bytes have changed
 * since.
 */
sealed interface LogTail {
  /** Everything can be read: so many records. */
  record Whole(int records) implements LogTail {}

  /** The bytes from {@code at} on, behind so many records, were never acknowledged. */
  record Torn(long at, int records) implements LogTail {}

  /** The record at {@code at} is not what was written. */
  record Damaged(long at) implements LogTail {}

  static LogTail of(byte[] segment) {
    return new Scan(segment).tail();
  }

  /** Reads one segment. */
  final class Scan {
    private static final int HEADER_BYTES = 8;
    private static final int CHECKSUM_BYTES = 4;
    private static final int SECTOR_BYTES = 512;
    private static final int VARINT_BYTES_MAX = 5;

    /** Every entry begins with its term, as a protobuf field of number 1. */
    private static final byte ENTRY_START = 0x08;

    private final byte[] segment;

    /** How many bytes there are before the zeros at the end. */
    private final int written;

    private Scan(byte[] segment) {
      this.segment = segment;
      int end = segment.length;
      while (end > 0 && segment[end - 1] == 0) {
        end--;
      }
      this.written = end;
    }

    private LogTail tail() {
      int records = 0;
      int at = HEADER_BYTES;
      while (at < written) {
        int end = recordEnd(at);
        if (!readable(at, end)) {
          return unreadable(at, end, records);
        }
        at = end;
        records++;
      }
      return new Whole(records);
    }

    private LogTail unreadable(int at, int end, int records) {
      int next = at + 1;
      while (next < written && !readable(next, recordEnd(next))) {
        next++;
      }
      boolean cutShort = next >= written && (end < 0 || end > written);
      return cutShort || hasZeroSector(at, next) ? new Torn(at, records) : new Damaged(at);
    }

    /** Where the record ends according to its length, or -1 when that cannot be read. */
    private int recordEnd(int at) {
      long length = 0;
      for (int i = 0; i < VARINT_BYTES_MAX && at + i < segment.length; i++) {
        byte digit = segment[at + i];
        length |= (long) (digit & 0x7f) << (7 * i);
        if (digit >= 0) {
          int entry = at + i + 1;
          return entry < segment.length && segment[entry] == ENTRY_START
              ? (int) Math.min(Integer.MAX_VALUE, entry + length + CHECKSUM_BYTES)
              : -1;
        }
      }
      return -1;
    }

    private boolean readable(int at, int end) {
      if (end < 0 || end > segment.length) {
        return false;
      }
      CRC32C checksum = new CRC32C();
      checksum.update(segment, at, end - CHECKSUM_BYTES - at);
      return (int) checksum.getValue() == ByteBuffer.wrap(segment).getInt(end - CHECKSUM_BYTES);
    }

    /** Whether a sector that begins within the bytes, or the rest of the one before, is zero. */
    private boolean hasZeroSector(int from, int to) {
      for (int start = from; start < to; ) {
        int end = Math.min(segment.length, (start / SECTOR_BYTES + 1) * SECTOR_BYTES);
        if (zero(start, end)) {
          return true;
        }
        start = end;
      }
      return false;
    }

    private boolean zero(int from, int to) {
      for (int i = from; i < to; i++) {
        if (segment[i] != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
