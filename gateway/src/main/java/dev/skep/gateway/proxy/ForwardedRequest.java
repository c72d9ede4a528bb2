package dev.skep.gateway.proxy;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.Pipe;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One claimed request on its way to the engine after all, streamed both ways on Vert.x's own pipes,
 * which carry the back-pressure.
 */
final class ForwardedRequest {

  private static final Logger LOG = LoggerFactory.getLogger(ForwardedRequest.class);

  private final HttpServerRequest client;
  private final HttpServerResponse answer;
  private final EngineProxy proxy;
  private final ProxyRequest ask;
  private final Optional<JsonTransform> transform;

  ForwardedRequest(
      HttpServerRequest client,
      EngineProxy proxy,
      ProxyRequest ask,
      Optional<JsonTransform> transform) {
    this.client = client;
    this.answer = client.response();
    this.proxy = proxy;
    this.ask = ask;
    this.transform = transform;
  }

  void start() {
    var upload = upload();
    proxy.open(ask).compose(engine -> exchange(engine, upload)).onFailure(this::fail);
  }

  /** The client's body, if that is what to send. */
  private Optional<Pipe<Buffer>> upload() {
    var length = Optional.ofNullable(client.getHeader(HttpHeaders.CONTENT_LENGTH)).orElse("0");
    var chunked = client.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    return ask.body().isEmpty() && (chunked || !length.equals("0"))
        ? Optional.of(client.pipe().endOnFailure(false))
        : Optional.empty();
  }

  private Future<Void> exchange(HttpClientRequest engine, Optional<Pipe<Buffer>> upload) {
    // A client that went away cancels the engine's work; log and event streams end in no other way.
    answer.closeHandler(v -> engine.reset());
    var replied = engine.response().compose(this::reply);
    // An engine may answer before it has read the whole body; then its answer counts, not the
    // failed rest of the body.
    send(engine, upload)
        .onFailure(cause ->
            LOG.atDebug().addKeyValue("cause", cause.getMessage()).log("engine took not all"));
    return replied;
  }

  private Future<Void> send(HttpClientRequest engine, Optional<Pipe<Buffer>> upload) {
    if (upload.isEmpty()) {
      return engine.end(ask.body().orElseGet(Buffer::buffer));
    }
    engine.setChunked(client.headers().contains(HttpHeaders.TRANSFER_ENCODING));
    // The engine may have to answer before the body comes, as /build and /images/load do.
    return engine.sendHead().compose(v -> upload.get().to(engine));
  }

  private Future<Void> reply(HttpClientResponse engine) {
    Optional.ofNullable(engine.getHeader("Api-Version")).ifPresent(proxy.versions()::observe);
    answer.setStatusCode(engine.statusCode()).setStatusMessage(engine.statusMessage());
    var transformed = transform.isPresent() && isTransformable(engine);
    engine
        .headers()
        .forEach((name, value) -> {
          if (!EngineProxy.isHopHeader(name)
              && !(transformed && name.equalsIgnoreCase("Content-Length"))) {
            answer.headers().add(name, value);
          }
        });
    if (transformed) {
      return EngineProxy.whole(engine).compose(whole -> answer.end(changed(whole.body())));
    }
    if (client.method().equals(HttpMethod.HEAD)
        || engine.statusCode() == 204
        || engine.statusCode() == 304) {
      return answer.end();
    }
    if (engine.getHeader(HttpHeaders.CONTENT_LENGTH) == null) {
      answer.setChunked(true);
    }
    // Made before anything is awaited, so that an early end of the answer is not missed.
    var download = engine.pipe().endOnFailure(false);
    // Before the first byte of the body: `docker run` waits for the head of /wait.
    return answer.writeHead().compose(v -> download.to(answer));
  }

  private Buffer changed(Buffer body) {
    return transform.orElseThrow().apply(body);
  }

  private static boolean isTransformable(HttpClientResponse engine) {
    var type = engine.getHeader(HttpHeaders.CONTENT_TYPE);
    return engine.statusCode() == 200 && type != null && type.startsWith("application/json");
  }

  private void fail(Throwable cause) {
    if (answer.closed() || answer.ended()) {
      return;
    }
    if (answer.headWritten()) {
      // Half an answer: only an abrupt end tells the client so.
      answer.reset();
      return;
    }
    answer.headers().clear();
    var unreachable = cause instanceof EngineUnreachableException;
    answer
        .setStatusCode(unreachable ? 503 : 502)
        .putHeader(HttpHeaders.CONTENT_TYPE, ErrorBody.CONTENT_TYPE)
        .end(
            ErrorBody.of(
                unreachable
                    ? String.valueOf(cause.getMessage())
                    : "the engine at " + proxy.engine() + " gave no usable answer: " + cause));
  }
}
