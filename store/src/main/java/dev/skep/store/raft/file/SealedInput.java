package dev.skep.store.raft.file;

import dev.skep.store.seal.Seal;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads what {@link SealedOutput} wrote. */
public final class SealedInput extends InputStream {
  private static final int SEALED_BYTES_MAX = SealedOutput.BLOCK_BYTES + 1024;

  private final Seal seal;
  private final DataInputStream in;
  private byte[] block = {};
  private int at;
  private long blocks;

  public SealedInput(Seal seal, InputStream in) {
    this.seal = seal;
    this.in = new DataInputStream(in);
  }

  @Override
  public int read() throws IOException {
    return more() ? block[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!more()) {
      return -1;
    }
    int part = Math.min(length, block.length - at);
    System.arraycopy(block, at, into, from, part);
    at += part;
    return part;
  }

  /** Whether there is a byte to be had. */
  private boolean more() throws IOException {
    if (at < block.length) {
      return true;
    }
    byte[] length = in.readNBytes(Integer.BYTES);
    if (length.length == 0) {
      return false;
    }
    int bytes = length.length < Integer.BYTES ? -1 : java.nio.ByteBuffer.wrap(length).getInt();
    if (bytes < 0 || bytes > SEALED_BYTES_MAX) {
      throw new IOException("block " + blocks + " has no length");
    }
    byte[] sealed = in.readNBytes(bytes);
    block = seal.open(sealed, SealedOutput.context(blocks++));
    at = 0;
    return block.length > 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
