package dev.skep.gateway.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer, carried between a client and whoever answers, on a connection of its
 * own to the latter.
 *
 * <p>The two directions are independent. Each carries HTTP until the answer turns out to be a raw
 * stream: status 101, or a body with no length at all, which is how the engine answers an attach
 * without upgrade headers. From then on the answer's direction is raw, and the request's as soon as
 * its body, if any, has ended. An end of input on one leg is passed to the other as an end of
 * output, never as a close: `docker run -i` ends standard input and then reads on. That also ends
 * the streams of a client that went away, because the engine cancels a request whose connection
 * ends.
 *
 * <p>No timers but one, for the head of an answer that has to come soon: a stream may rest for as
 * long as it likes. What a slow reader does not take is not read from the sender.
 */
final class Exchange {

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final ClientConnection connection;
  private final ChannelHandlerContext clientContext;
  private final Leg client;
  private final HttpRequest request;
  private final HopHeaders hop;

  private @Nullable Route route;
  private @Nullable Leg upstream;
  private @Nullable HeldAnswer held;
  private @Nullable ScheduledFuture<?> patience;
  private boolean requestEnded;
  private boolean clientEnded;
  private boolean upstreamRefusesMore;
  private boolean answerStarted;
  private boolean reusable;
  private boolean interimAnswer;
  private boolean raw;
  private boolean upstreamEnded;
  private boolean over;

  Exchange(ClientConnection connection, ChannelHandlerContext clientContext, HttpRequest request) {
    this.connection = connection;
    this.clientContext = clientContext;
    this.client = new Leg(clientContext.channel());
    this.request = request;
    this.hop = HopHeaders.of(request);
  }

  /**
   * Connects to whoever answers, once that is known; the client's decoder stands still behind the
   * head until then.
   */
  void start(Future<Route> asked) {
    if (asked.succeeded()) {
      connect(asked.result());
    } else {
      asked.onComplete(found -> client.eventLoop().execute(() -> found(found)));
    }
  }

  private void found(AsyncResult<Route> found) {
    if (over) {
      return;
    }
    if (found.succeeded()) {
      connect(found.result());
      return;
    }
    if (found.cause() instanceof Detours.Refused refused) {
      refuse(HttpResponseStatus.valueOf(refused.status()), refused.getMessage());
      return;
    }
    LOG.atError().setCause(found.cause()).addKeyValue("uri", request.uri()).log("no way found");
    refuse(
        HttpResponseStatus.INTERNAL_SERVER_ERROR,
        "Skep failed on this request (" + found.cause() + "); its log tells more");
  }

  private void connect(Route found) {
    route = found;
    request.setUri(found.uri());
    hop.toUpstream(request);
    Bootstrap bootstrap =
        NativeTransport.bootstrap(
            client.eventLoop(), found.to(), new UpstreamConnection(this, hop.isHead()));
    bootstrap
        .connect(NativeTransport.address(found.to()))
        .addListener((ChannelFutureListener) this::connected);
  }

  private void connected(ChannelFuture connecting) {
    if (!connecting.isSuccess()) {
      if (!over) {
        refuse(
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            new EngineUnreachableException(route().to(), connecting.cause()).getMessage());
      }
      return;
    }
    var leg = new Leg(connecting.channel());
    if (over) {
      leg.close();
      return;
    }
    upstream = leg;
    if (route().preamble().length() > 0) {
      leg.writeBelow(
          HttpRequestEncoder.class, Unpooled.wrappedBuffer(route().preamble().getBytes()));
    }
    leg.write(request, this::uploaded);
    if (requestEnded) {
      leg.write(LastHttpContent.EMPTY_LAST_CONTENT, this::uploaded);
    } else {
      connection.readBody(clientContext);
    }
    leg.flush();
    if (clientEnded) {
      leg.end();
    }
    route()
        .patience()
        .ifPresent(time ->
            patience =
                client
                    .eventLoop()
                    .schedule(() -> silent(time), time.toMillis(), TimeUnit.MILLISECONDS));
  }

  private void silent(Duration time) {
    if (!over && !answerStarted) {
      String what = request.method() + " " + ApiUri.parse(request.uri()).path();
      refuse(
          HttpResponseStatus.GATEWAY_TIMEOUT,
          EngineFailedException.silence(route().to(), what, time));
    }
  }

  private void calm() {
    if (patience != null) {
      patience.cancel(false);
      patience = null;
    }
  }

  // ---- what comes from the client

  void fromClient(Object message) {
    if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      cancel();
      return;
    }
    if (message instanceof LastHttpContent) {
      requestEnded = true;
    }
    var leg = upstream;
    if (over || leg == null || upstreamRefusesMore) {
      // Before the connection stands only the empty end of a request without a body arrives;
      // connected() sends it.
      ReferenceCountUtil.release(message);
    } else {
      leg.write(message, this::uploaded);
      if (!leg.isWritable()) {
        leg.flush();
        client.read(leg.isWritable());
      }
    }
    if (raw && message instanceof LastHttpContent) {
      passRawRequest();
    }
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
    var leg = upstream;
    if (over || leg == null) {
      return;
    }
    if (raw && upstreamEnded) {
      closeBoth();
    } else {
      leg.end();
    }
  }

  void clientGone() {
    if (over) {
      return;
    }
    over = true;
    calm();
    if (upstream != null) {
      upstream.close();
    }
  }

  // ---- what comes from the answering side

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
          "cannot read the answer of "
              + route().to()
              + ": "
              + head.decoderResult().cause().getMessage());
      return;
    }
    var status = head.status();
    if (status.codeClass() == HttpStatusClass.INFORMATIONAL
        && !status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      interimAnswer = true;
      client.write(head);
      return;
    }
    answerStarted = true;
    calm();
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
      reusable = hop.toClient(head);
      if (route().answer().isPresent() && HeldAnswer.fits(head)) {
        held = new HeldAnswer(head, route().answer().get());
      } else {
        client.write(head);
      }
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
    connection.finished(clientContext, requestEnded || clientEnded, reusable && !clientEnded);
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
      refuse(
          HttpResponseStatus.BAD_GATEWAY,
          route().to()
              + " closed the connection without an answer; look at the engine's log, then try"
              + " again");
    }
  }

  void upstreamGone() {
    if (raw && !over) {
      closeBoth();
    } else {
      upstreamEnded();
    }
  }

  // ---- ends

  private void refuse(HttpResponseStatus status, String message) {
    over = true;
    calm();
    if (upstream != null) {
      upstream.close();
    }
    LOG.atDebug()
        .addKeyValue("uri", request.uri())
        .addKeyValue("reason", message)
        .log("request not answered");
    connection.answer(clientContext, status, message, hop.keepAlive());
    connection.finished(
        clientContext, requestEnded || clientEnded, hop.keepAlive() && !clientEnded);
  }

  private void cancel() {
    over = true;
    requireUpstream().close();
    client.closeAfterWrites();
  }

  private void closeBoth() {
    over = true;
    client.closeAfterWrites();
    requireUpstream().closeAfterWrites();
  }

  private Leg requireUpstream() {
    if (upstream == null) {
      throw new IllegalStateException("no connection to answer " + request.uri() + " yet");
    }
    return upstream;
  }

  private Route route() {
    if (route == null) {
      throw new IllegalStateException("no way for " + request.uri() + " yet");
    }
    return route;
  }
}
