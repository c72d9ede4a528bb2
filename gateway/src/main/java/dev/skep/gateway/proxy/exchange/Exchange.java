package dev.skep.gateway.proxy.exchange;

import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.gateway.proxy.http.BadChunk;
import dev.skep.gateway.proxy.http.HopHeaders;
import dev.skep.gateway.proxy.http.ResponseDecoder;
import dev.skep.gateway.proxy.route.UpstreamRoute;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, carried between a client and whoever answers, on a connection of its
 * own to the latter.
 *
 * <p>The two directions are independent. Each carries HTTP until the answer turns out to be a raw
 * stream: status 101, or a body with no length at all, which is how the engine answers an attach
 * without upgrade headers. From then on the answer's direction is raw, and the request's as soon as
 * its body, if any, has ended. An end of input on one channel is passed to the other as an end of
 * output, never as a close: `docker run -i` ends standard input and then reads on. That also ends
 * the streams of a client that went away, because the engine cancels a request whose connection
 * ends.
 *
 * <p>No timers but one, for the head of an answer that has to come soon: a stream may rest for as
 * long as it likes. What a slow reader does not take is not read from the sender.
 */
final class Exchange {

  private final DownstreamConnection connection;
  private final ChannelHandlerContext clientContext;
  private final ProxyChannel client;
  private final UpstreamRequest request;

  private @Nullable UpstreamRoute route;
  private @Nullable ProxyChannel upstream;
  private @Nullable HeldAnswer held;
  private final AnswerDeadline deadline = new AnswerDeadline();

  private boolean requestEnded;
  private boolean clientEnded;
  private boolean upstreamRefusesMore;
  private boolean answerStarted;
  private boolean answerChunked;
  private boolean requestBroken;
  private boolean reusable;
  private boolean interimAnswer;
  private boolean raw;
  private boolean upstreamEnded;
  private boolean over;

  Exchange(
      DownstreamConnection connection, ChannelHandlerContext clientContext, HttpRequest request) {
    this.connection = connection;
    this.clientContext = clientContext;
    this.client = new ProxyChannel(clientContext.channel());
    this.request = new UpstreamRequest(request);
  }

  /** Connects to whoever answers, once that is known. */
  void start(Future<UpstreamRoute> asked) {
    UpstreamConnector.start(this, client.eventLoop(), asked);
  }

  boolean isOver() {
    return over;
  }

  /** It is known who answers; gives the handler of the connection to them. */
  UpstreamConnection routed(UpstreamRoute found) {
    route = found;
    request.prepare(found, isOurs());
    return new UpstreamConnection(this, request.isHead());
  }

  /** The connection to them stands. */
  void connected(ProxyChannel channel) {
    upstream = channel;
    request.send(channel, route().preamble(), requestEnded, this::uploaded);
    if (!requestEnded) {
      connection.readBody(clientContext);
    }
    if (clientEnded) {
      passClientEnd(channel);
    }
    route()
        .patience()
        .ifPresent(time -> deadline.start(client.eventLoop(), time, () -> silent(time)));
  }

  private void silent(Duration time) {
    if (!over && !answerStarted) {
      refuse(
          HttpResponseStatus.GATEWAY_TIMEOUT,
          EngineUnavailableException.silence(route().to(), request.what(), time));
    }
  }

  void fromClient(Object message) {
    if (message instanceof BadChunk rest) {
      broken(rest);
      return;
    }
    if (message instanceof LastHttpContent) {
      requestEnded = true;
    }
    var channel = upstream;
    if (over
        || channel == null
        || upstreamRefusesMore
        || (request.isBodyless() && message instanceof HttpContent)) {
      // Before the connection stands only the empty end of a request without a body arrives;
      // connected() sends it.
      ReferenceCountUtil.release(message);
    } else {
      channel.write(message, this::uploaded);
      if (!channel.isWritable()) {
        channel.flush();
        client.read(channel.isWritable());
      }
    }
    if (raw && message instanceof LastHttpContent) {
      passRawRequest();
    }
  }

  /** What an engine gets of a broken body is as broken, and it is the engine that says so. */
  private void broken(BadChunk rest) {
    requestBroken = true;
    var channel = upstream;
    if (isOurs() && !over && !answerStarted) {
      refuse(HttpResponseStatus.BAD_REQUEST, rest.why());
    } else if (!over && channel != null && !upstreamRefusesMore && !request.isBodyless()) {
      channel.writeBelow(HttpRequestEncoder.class, rest.content().retain());
      channel.flush();
    }
    rest.release();
  }

  /**
   * An engine may answer, and stop reading, before it has the whole body. Then the rest is thrown
   * away and its answer, which may still be on the way, is read to the end.
   */
  private void uploaded(ChannelFuture sent) {
    if (sent.isSuccess() || upstreamRefusesMore || over) {
      return;
    }
    upstreamRefusesMore = true;
    client.read(true);
    if (raw && upstreamEnded) {
      closeBoth();
    }
  }

  void clientPaused() {
    if (upstream != null) {
      upstream.flush();
    }
  }

  void clientWritable(boolean writable) {
    if (upstream != null) {
      upstream.read(writable);
    }
  }

  void clientEnded() {
    clientEnded = true;
    var channel = upstream;
    if (over || channel == null) {
      return;
    }
    if (raw && upstreamEnded) {
      closeBoth();
    } else {
      passClientEnd(channel);
    }
  }

  /**
   * An engine takes it as Go's server does: it goes on with what it was asked for, and cancels what
   * would go on for ever. Skep's own routes hear nothing of it, since Vert.x would give up the
   * request; so what the engine would do is done here.
   */
  private void passClientEnd(ProxyChannel channel) {
    if (!isOurs()) {
      channel.end();
    } else if (!requestEnded) {
      if (answerStarted) {
        cancel();
      } else {
        refuse(HttpResponseStatus.BAD_REQUEST, "unexpected EOF");
      }
    } else {
      endEndless();
      client.watch(() -> over, this::clientGone);
    }
  }

  private void endEndless() {
    if (route().by() == UpstreamRoute.By.ENDLESS_ROUTES && answerChunked && clientEnded) {
      pass(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }

  private boolean isOurs() {
    return route != null && route.isOurs();
  }

  void clientGone() {
    if (over) {
      return;
    }
    over = true;
    deadline.stop();
    if (upstream != null) {
      upstream.close();
    }
  }

  void upstreamPaused() {
    client.flush();
  }

  void upstreamWritable(boolean writable) {
    if (!over) {
      client.read(writable);
    }
  }

  void fromUpstream(Object message) {
    if (over) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof HttpResponse head) {
      answerBegins(head);
    } else if (raw && message instanceof HttpContent) {
      // The empty end that the decoder puts behind the head of a 101.
      ReferenceCountUtil.release(message);
    } else if (held != null && message instanceof HttpContent part) {
      hold(held, part);
    } else {
      pass(message);
    }
  }

  private void pass(Object message) {
    client.write(message);
    if (!client.isWritable()) {
      client.flush();
      clientWritable(client.isWritable());
    }
    if (message instanceof LastHttpContent) {
      answerEnds();
    }
  }

  private void hold(HeldAnswer answer, HttpContent part) {
    var released = answer.add(part);
    if (!released.isEmpty()) {
      held = null;
      released.forEach(this::pass);
    }
  }

  private void answerBegins(HttpResponse head) {
    if (head.decoderResult().isFailure()) {
      ReferenceCountUtil.release(head);
      refuse(
          HttpResponseStatus.BAD_GATEWAY,
          AnswerFaults.unreadable(route().to(), head.decoderResult().cause()));
      return;
    }
    if (HopHeaders.isInterim(head)) {
      interimAnswer = true;
      client.write(head);
      return;
    }
    answerStarted = true;
    deadline.stop();
    Optional.ofNullable(head.headers().get("Api-Version")).ifPresent(route().apiVersion());
    if (HopHeaders.isRaw(head, request.method())) {
      raw = true;
      client.write(head);
      client.flush();
      connection.sendRaw(clientContext);
      requireUpstream().remove(ResponseDecoder.class);
      if (requestEnded) {
        passRawRequest();
      }
    } else {
      answerChunked = HttpUtil.isTransferEncodingChunked(head);
      reusable = request.hop().toClient(head);
      if (route().answer().isPresent() && HeldAnswer.fits(head)) {
        held = new HeldAnswer(head, route().answer().get());
      } else {
        client.write(head);
      }
      endEndless();
    }
  }

  private void passRawRequest() {
    requireUpstream().remove(HttpRequestEncoder.class);
    connection.receiveRaw(clientContext);
  }

  private void answerEnds() {
    if (interimAnswer) {
      interimAnswer = false;
      return;
    }
    over = true;
    client.flush();
    requireUpstream().close();
    connection.finished(clientContext, requestEnded || clientEnded, mayGoOn(reusable));
  }

  void upstreamEnded() {
    if (over || upstreamEnded) {
      return;
    }
    upstreamEnded = true;
    if (raw) {
      if (clientEnded || upstreamRefusesMore) {
        closeBoth();
      } else {
        client.end();
      }
    } else if (answerStarted) {
      // Half an answer: only an abrupt end tells the client so.
      cancel();
    } else {
      refuse(HttpResponseStatus.BAD_GATEWAY, AnswerFaults.missing(route().to()));
    }
  }

  void upstreamGone() {
    if (raw && !over) {
      closeBoth();
    } else {
      upstreamEnded();
    }
  }

  /** Answers in place of whoever was to answer. */
  void refuse(HttpResponseStatus status, String message) {
    over = true;
    deadline.stop();
    if (upstream != null) {
      upstream.close();
    }
    request.noteRefused(message);
    var goesOn = mayGoOn(request.hop().keepAlive());
    connection.answer(clientContext, status, message, goesOn);
    connection.finished(clientContext, requestEnded || clientEnded, goesOn);
  }

  private boolean mayGoOn(boolean wanted) {
    return wanted && !clientEnded && !requestBroken;
  }

  private void cancel() {
    clientGone();
    client.closeAfterWrites();
  }

  private void closeBoth() {
    over = true;
    client.closeAfterWrites();
    requireUpstream().closeAfterWrites();
  }

  private ProxyChannel requireUpstream() {
    if (upstream == null) {
      throw new IllegalStateException("no connection to answer " + request.uri() + " yet");
    }
    return upstream;
  }

  private UpstreamRoute route() {
    if (route == null) {
      throw new IllegalStateException("no way for " + request.uri() + " yet");
    }
    return route;
  }
}
