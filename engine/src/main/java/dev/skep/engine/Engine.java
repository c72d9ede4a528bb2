package dev.skep.engine;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.ApiVersion;
import dev.skep.engine.http.EngineClient;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineReply;
import dev.skep.engine.http.EngineRequest;
import dev.skep.engine.http.EngineStream;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.engine.http.JsonLines;
import dev.skep.engine.http.UriText;
import dev.skep.engine.log.LogQuery;
import dev.skep.engine.log.LogStream;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Docker Engine, reached over its Unix socket.
 *
 * <p>The first call asks the engine for its API version and speaks the newer of what both know from
 * then on; a lost connection makes it ask again, because the engine that comes back may be another
 * version. Calls may be made from any thread; their futures complete on the threads of the Vertx
 * that was given.
 */
public final class Engine {
  /**
   * Short calls on their way at once. The agent uses 8; the rest is for inspections and logs'
   * heads.
   */
  private static final int CALL_CONNECTIONS = 24;

  /** Event streams, followed logs, pulls and stops that wait out their grace period. */
  private static final int STREAM_CONNECTIONS = 512;

  /** The agent calls again and again; an engine closes no connection that rests. */
  private static final Duration KEPT = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final EngineClient calls;
  private final EngineClient streams;
  private volatile @Nullable Future<ApiVersion> negotiated;

  public Engine(Vertx vertx, Path socket) {
    ApiEndpoint engine = new ApiEndpoint.Unix(socket.toAbsolutePath());
    this.vertx = vertx;
    this.calls = new EngineClient(vertx, engine, CALL_CONNECTIONS, KEPT);
    this.streams = new EngineClient(vertx, engine, STREAM_CONNECTIONS, KEPT);
  }

  /**
   * The API version spoken with this engine. Fails with {@link EngineException} when the engine is
   * older than {@link ApiVersion#OLDEST}.
   */
  public Future<ApiVersion> apiVersion() {
    Future<ApiVersion> known = negotiated;
    if (known != null && !known.failed()) {
      return known;
    }
    Future<ApiVersion> asked =
        pinged()
            .map(answer -> {
              String engines = answer.headers().get("Api-Version");
              if (engines == null) {
                throw new EngineException(
                    400,
                    "the engine does not say which API version it speaks: is this a Docker Engine?");
              }
              return ApiVersion.negotiate(
                  ApiVersion.parse(engines)
                      .orElseThrow(() ->
                          EngineUnavailableException.unusable(
                              answer.what(), "'" + engines + "' is no API version", null)));
            });
    negotiated = asked;
    return asked;
  }

  /** Forgets the negotiated version: the engine behind the socket may have changed. */
  void renegotiate() {
    negotiated = null;
  }

  /** Whether the engine answers at all. */
  public Future<Void> ping() {
    return pinged().mapEmpty();
  }

  private Future<EngineReply> pinged() {
    return calls
        .call(EngineRequest.of(HttpMethod.GET, "/_ping"), Deadlines.PING)
        .map(EngineReply::orRefusal);
  }

  public Future<EngineInfo> info() {
    return get("/info").map(answer -> answer.read(said -> EngineInfo.from(said.object())));
  }

  /** The engine's answer to {@code GET /version}, as it is. */
  public Future<JsonObject> version() {
    return get("/version").map(EngineReply::object);
  }

  // Containers

  /** Creates a container and gives its id. */
  public Future<String> createContainer(String name, JsonObject body) {
    return call(HttpMethod.POST, "/containers/create?name=" + UriText.encode(name), body)
        .map(EngineReply::id);
  }

  /** Starts a container; one that runs already is no error. */
  public Future<Void> startContainer(String id) {
    return call(HttpMethod.POST, "/containers/" + UriText.encode(id) + "/start", null).mapEmpty();
  }

  public Future<ContainerDetails> inspectContainer(String idOrName) {
    return get("/containers/" + UriText.encode(idOrName) + "/json")
        .map(answer -> answer.read(said -> ContainerDetails.from(said.identified())));
  }

  /** Containers in any phase that carry all these labels ("key" or "key=value"). */
  public Future<List<ContainerSummary>> listContainers(List<String> labels) {
    return get("/containers/json?all=1&filters=" + UriText.filters(Map.of("label", labels)))
        .map(answer ->
            answer.read(said -> said.objects().stream().map(ContainerSummary::from).toList()));
  }

  /**
   * Sends the container's stop signal, waits out the grace period, in whole seconds, then kills it;
   * done when it has stopped.
   */
  public Future<Void> stopContainer(String id, Duration grace) {
    return stop(id, "?t=" + wholeSeconds(grace), grace);
  }

  /**
   * As {@link #stopContainer(String, Duration)}, with the grace period that it was created with.
   */
  public Future<Void> stopContainer(String id) {
    return stop(id, "", Deadlines.UNKNOWN_GRACE);
  }

  /** The engine counts in whole seconds; a part of one counts as one. */
  public static int wholeSeconds(Duration grace) {
    return (int) Math.min(Integer.MAX_VALUE, grace.plusMillis(999).toSeconds());
  }

  private Future<Void> stop(String id, String query, Duration grace) {
    return prefixed("/containers/" + UriText.encode(id) + "/stop" + query)
        .compose(uri ->
            streams.call(EngineRequest.of(HttpMethod.POST, uri), grace.plus(Deadlines.STOP_SLACK)))
        .onFailure(this::noteLoss)
        .map(EngineReply::orRefusal)
        .mapEmpty();
  }

  /** Removes a container and its anonymous volumes; one that runs is killed first. */
  public Future<Void> removeContainer(String id) {
    return call(HttpMethod.DELETE, "/containers/" + UriText.encode(id) + "?force=1&v=1", null)
        .mapEmpty();
  }

  /** The container's log, from {@code since} on. */
  public Future<LogStream> logs(String id, LogQuery query, boolean tty) {
    return open(
            HttpMethod.GET,
            "/containers/" + UriText.encode(id) + "/logs?" + query.text(),
            Map.of(),
            Deadlines.HEAD)
        .map(response -> new LogStream(response, tty));
  }

  // Images

  /**
   * A local image. Fails with 404 and "No such image: ..." when the engine has none by that name.
   */
  public Future<ImageDetails> inspectImage(String reference) {
    return get("/images/" + UriText.encodePath(reference) + "/json")
        .map(answer -> answer.read(said -> ImageDetails.from(said.identified())));
  }

  /**
   * Pulls an image.
   *
   * @param registryAuth the value for X-Registry-Auth, or null
   * @return a pull under way, as soon as the engine accepted it
   */
  public Future<Pull> pull(String reference, @Nullable String registryAuth) {
    String uri = "/images/create?" + ImageName.parse(reference).pullQuery();
    return open(
            HttpMethod.POST,
            uri,
            registryAuth == null || registryAuth.isEmpty()
                ? Map.of()
                : Map.of("X-Registry-Auth", registryAuth),
            Deadlines.PULL_HEAD)
        .map(response -> new Pull(response, vertx, Deadlines.PULL_SILENCE));
  }

  // Networks

  /** Creates a network and gives its id. */
  public Future<String> createNetwork(JsonObject body) {
    return call(HttpMethod.POST, "/networks/create", body).map(EngineReply::id);
  }

  public Future<List<NetworkDetails>> listNetworks(List<String> labels) {
    return get("/networks?filters=" + UriText.filters(Map.of("label", labels)))
        .map(answer ->
            answer.read(said -> said.objects().stream().map(NetworkDetails::from).toList()));
  }

  public Future<NetworkDetails> inspectNetwork(String idOrName) {
    return get("/networks/" + UriText.encode(idOrName))
        .map(answer -> answer.read(said -> NetworkDetails.from(said.object())));
  }

  public Future<Void> removeNetwork(String idOrName) {
    return call(HttpMethod.DELETE, "/networks/" + UriText.encode(idOrName), null).mapEmpty();
  }

  /** Gives a container that exists a place on one more network. */
  public Future<Void> connectNetwork(String idOrName, String containerId, JsonObject endpoint) {
    JsonObject body =
        new JsonObject().put("Container", containerId).put("EndpointConfig", endpoint);
    return call(HttpMethod.POST, "/networks/" + UriText.encode(idOrName) + "/connect", body)
        .mapEmpty();
  }

  // Streams

  /**
   * The engine's events from now on, or from {@code sinceNano} (nanoseconds since the epoch) when
   * that is above 0; the engine remembers the last 256. Most callers want {@link EventStream},
   * which survives the engine's restarts.
   */
  Future<JsonLines> events(Map<String, List<String>> filters, long sinceNano) {
    String since =
        sinceNano <= 0
            ? ""
            : String.format(
                "&since=%d.%09d", sinceNano / 1_000_000_000L, sinceNano % 1_000_000_000L);
    return open(
            HttpMethod.GET,
            "/events?filters=" + UriText.filters(filters) + since,
            Map.of(),
            Deadlines.HEAD)
        .map(JsonLines::new);
  }

  public Future<Void> close() {
    return Future.join(calls.close(), streams.close()).mapEmpty();
  }

  private Future<EngineReply> get(String path) {
    return call(HttpMethod.GET, path, null);
  }

  private Future<EngineReply> call(HttpMethod method, String path, @Nullable JsonObject body) {
    return prefixed(path)
        .map(uri -> request(method, uri, body))
        .compose(ask ->
            calls.call(ask, method.equals(HttpMethod.GET) ? Deadlines.LOOK : Deadlines.CHANGE))
        .onFailure(this::noteLoss)
        .map(EngineReply::orRefusal);
  }

  private static EngineRequest request(HttpMethod method, String uri, @Nullable JsonObject body) {
    EngineRequest bare = EngineRequest.of(method, uri);
    return body == null
        ? bare
        : bare.withBody(body.toBuffer()).withHeader("Content-Type", "application/json");
  }

  /** An answer that is read as it comes. What the engine refuses fails. */
  private Future<EngineStream> open(
      HttpMethod method, String path, Map<String, String> headers, Duration patience) {
    return prefixed(path)
        .compose(uri -> {
          EngineRequest ask = EngineRequest.of(method, uri);
          for (Map.Entry<String, String> header : headers.entrySet()) {
            ask = ask.withHeader(header.getKey(), header.getValue());
          }
          return streams.accepted(ask, patience);
        })
        .onFailure(this::noteLoss);
  }

  private Future<String> prefixed(String path) {
    return apiVersion().map(version -> "/v" + version + path);
  }

  private void noteLoss(Throwable cause) {
    if (cause instanceof EngineUnavailableException) {
      renegotiate();
    }
  }
}
