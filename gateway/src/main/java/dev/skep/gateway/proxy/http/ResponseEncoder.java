package dev.skep.gateway.proxy.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/**
 * Writes answers to a client; it must know of HEAD, whose answer announces a body that never comes.
 */
public final class ResponseEncoder extends HttpResponseEncoder {

  private boolean answersHead;

  public void answersHead(boolean head) {
    this.answersHead = head;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return answersHead || super.isContentAlwaysEmpty(response);
  }
}
