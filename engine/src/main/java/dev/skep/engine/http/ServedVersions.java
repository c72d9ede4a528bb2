package dev.skep.engine.http;

import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What API versions the engine serves, learned from the engine and kept true.
 *
 * <p>Skep may advertise a newer API than the engine has, since newer clients refuse an old one; the
 * version in a request that goes to the engine must then be one that the engine serves. An engine
 * changes its versions only when it is replaced, and each of its answers names the newest one, so
 * an answer that names another one is the sign to ask again.
 */
public final class ServedVersions {

  private static final Logger LOG = LoggerFactory.getLogger(ServedVersions.class);

  private final Supplier<Future<ApiVersion.Range>> ask;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile Optional<ApiVersion.Range> served = Optional.empty();

  public ServedVersions(Supplier<Future<ApiVersion.Range>> ask) {
    this.ask = ask;
  }

  /** The versions as last learned; empty until the engine first answered. */
  public Optional<ApiVersion.Range> served() {
    return served;
  }

  /** The target in a version that the engine serves; unchanged as long as nothing is known. */
  public String adapt(String uri) {
    return served.map(range -> ApiUri.parse(uri).within(range).toString()).orElse(uri);
  }

  /** Takes note of the {@code Api-Version} that an answer of the engine carried. */
  public void observe(String newest) {
    if (!newest.equals(served.map(range -> range.max().toString()).orElse(""))) {
      refresh();
    }
  }

  /**
   * Asks the engine, unless a question is already under way; the future succeeds when nothing more
   * is to come.
   */
  public Future<Void> refresh() {
    if (!asking.compareAndSet(false, true)) {
      return Future.succeededFuture();
    }
    return ask.get()
        .onSuccess(range -> served = Optional.of(range))
        .onFailure(cause ->
            LOG.atDebug()
                .addKeyValue("cause", cause.getMessage())
                .log("engine's API versions unknown"))
        .eventually(() -> {
          asking.set(false);
          return Future.succeededFuture();
        })
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }
}
