package dev.skep.gateway.engine;

import dev.skep.engine.http.ApiUri;
import dev.skep.engine.http.EngineClient;
import dev.skep.engine.http.EngineReply;
import dev.skep.engine.http.EngineRequest;
import dev.skep.gateway.proxy.http.ErrorBody;
import dev.skep.gateway.proxy.route.Patience;
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

/**
 * One claimed request on its way to the engine after all, streamed both ways on Vert.x's own pipes,
 * which carry the back-pressure.
 */
final class ForwardedRequest {

  private final HttpServerRequest client;
  private final HttpServerResponse answer;
  private final EngineProxy proxy;
  private final EngineRequest ask;
  private final Optional<JsonTransform> transform;

  ForwardedRequest(
      HttpServerRequest client,
      EngineProxy proxy,
      EngineRequest ask,
      Optional<JsonTransform> transform) {
    this.client = client;
    this.answer = client.response();
    this.proxy = proxy;
    this.ask = ask;
    this.transform = transform;
  }

  void start() {
    var upload = upload();
    var opened = proxy.open(ask);
    var head = opened.compose(HttpClientRequest::response);
    Patience.of(ask.method(), ApiUri.parse(ask.uri()))
        .ifPresent(
            patience -> proxy.client().within(ask, patience, opened, head).onFailure(this::fail));
    opened.compose(engine -> exchange(engine, upload)).onFailure(this::fail);
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
    var sent = send(engine, upload);
    // A pipe takes its handlers away when it is closed.
    sent.onFailure(cause -> EngineClient.listen(engine));
    // An engine may refuse before it has read the whole body. Then its answer counts, and a write
    // that fails meanwhile would cost us that: so no more is sent.
    return engine
        .response()
        .compose(response -> {
          if (isRefusal(response)) {
            upload.ifPresent(Pipe::close);
          }
          return reply(response);
        })
        .onComplete(replied -> {
          if (!sent.succeeded()) {
            engine.reset();
          }
        });
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
          if (!EngineClient.isHopHeader(name)
              && !(transformed && name.equalsIgnoreCase("Content-Length"))) {
            answer.headers().add(name, value);
          }
        });
    if (transformed) {
      return EngineReply.read(engine).compose(whole -> answer.end(changed(whole.body())));
    }
    if (isRefusal(engine) && !client.method().equals(HttpMethod.HEAD)) {
      // Short, and read at once: the engine may close right behind it, and Vert.x would tell of
      // that
      // before it gives what a pipe holds back.
      return EngineReply.read(engine).compose(whole -> answer.end(whole.body()));
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

  private static boolean isRefusal(HttpClientResponse engine) {
    return engine.statusCode() >= 400;
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
    var failed = proxy.client().unavailable(ask, cause);
    answer
        .setStatusCode(failed.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, ErrorBody.CONTENT_TYPE)
        .end(ErrorBody.of(failed.getMessage()));
  }
}
