package dev.skep.gateway.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.DefaultByteBufHolder;

/**
 * The place where a body in chunks stops to be one. Nothing of the connection is read behind it.
 */
public final class BadChunk extends DefaultByteBufHolder {

  private final String why;

  /**
   * @param bytes what came instead of a chunk
   * @param why in the engine's words
   */
  BadChunk(ByteBuf bytes, String why) {
    super(bytes);
    this.why = why;
  }

  public String why() {
    return why;
  }

  @Override
  public ByteBufHolder replace(ByteBuf content) {
    return new BadChunk(content, why);
  }
}
