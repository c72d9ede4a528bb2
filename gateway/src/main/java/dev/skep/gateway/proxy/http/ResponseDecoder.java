package dev.skep.gateway.proxy.http;

import dev.skep.engine.http.HttpLimits;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;

/**
 * Reads the one answer of a connection to the engine; it must know of HEAD, as {@link
 * ResponseEncoder} must.
 */
public final class ResponseDecoder extends HttpResponseDecoder {

  private final boolean answersHead;

  public ResponseDecoder(boolean answersHead) {
    super(
        new HttpDecoderConfig()
            .setMaxHeaderSize(HttpLimits.HEADER_BYTES)
            .setMaxInitialLineLength(HttpLimits.INITIAL_LINE_BYTES)
            .setMaxChunkSize(HttpLimits.CHUNK_BYTES));
    this.answersHead = answersHead;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage response) {
    return answersHead || super.isContentAlwaysEmpty(response);
  }
}
