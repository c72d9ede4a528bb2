package dev.skep.store.raft.file;

import dev.skep.store.seal.Seal;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A stream as sealed blocks, each with its length (4 bytes) before it. Flush it at the end. */
public final class SealedOutput extends OutputStream {
  public static final int BLOCK_BYTES = 64 * 1024;

  private final Seal seal;
  private final DataOutputStream out;
  private final byte[] block = new byte[BLOCK_BYTES];
  private int filled;
  private long blocks;

  public SealedOutput(Seal seal, OutputStream out) {
    this.seal = seal;
    this.out = new DataOutputStream(out);
  }

  /** What a block is sealed as: blocks cannot change places. */
  static String context(long number) {
    return "snapshot block " + number;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    int end = from + length;
    while (at < end) {
      int part = Math.min(end - at, BLOCK_BYTES - filled);
      System.arraycopy(bytes, at, block, filled, part);
      at += part;
      filled += part;
      if (filled == BLOCK_BYTES) {
        writeBlock();
      }
    }
  }

  private void writeBlock() throws IOException {
    byte[] sealed = seal.seal(java.util.Arrays.copyOf(block, filled), context(blocks++));
    out.writeInt(sealed.length);
    out.write(sealed);
    filled = 0;
  }

  @Override
  public void flush() throws IOException {
    if (filled > 0) {
      writeBlock();
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
