package dev.skep.engine.http;

/**
 * How much of a request or an answer is read before it counts as broken: the same bounds for every
 * reader, as requests and answers pass from one to the next.
 */
public final class HttpLimits {
  /**
   * What Go's HTTP server, and so the engine, takes: a mebibyte, and one of its read buffers.
   * Registry credentials alone come to 64 KiB and more.
   */
  public static final int HEADER_BYTES = (1 << 20) + 4096;

  /**
   * Long filters and docker-py's whole service specs travel in the query; Go sets it no own limit.
   */
  public static final int INITIAL_LINE_BYTES = HEADER_BYTES;

  /** A larger chunk is passed on in parts of this size: one socket read. */
  public static final int CHUNK_BYTES = 64 * 1024;

  /**
   * Of an answer that is held in memory whole: a list of ten thousand containers has 20 MB, and
   * nothing that is asked for so is longer.
   */
  public static final int ANSWER_BYTES = 32 << 20;

  /** Of one JSON object in a stream of them. An event is a few hundred bytes; labels add to it. */
  public static final int LINE_BYTES = 1 << 20;

  private HttpLimits() {}
}
