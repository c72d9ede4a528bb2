package dev.skep.gateway.proxy.http;

import io.netty.handler.codec.http.HttpDecoderConfig;

/**
 * How much of a request or an answer is read before it counts as broken: the bounds that both HTTP
 * readers share.
 */
public final class HttpLimits {

  /**
   * What Go's HTTP server, and so the engine, takes; registry credentials alone come to 64 KiB and
   * more.
   */
  public static final int HEADER_BYTES = RequestHead.MAX_BYTES;

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

  static HttpDecoderConfig decoder() {
    return new HttpDecoderConfig()
        .setMaxHeaderSize(HEADER_BYTES)
        .setMaxInitialLineLength(INITIAL_LINE_BYTES)
        .setMaxChunkSize(CHUNK_BYTES);
  }

  private HttpLimits() {}
}
