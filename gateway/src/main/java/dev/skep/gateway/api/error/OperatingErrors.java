package dev.skep.gateway.api.error;

import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.store.StoreFailure;
import dev.skep.store.bus.BusFailure;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/**
 * What may go wrong although nobody made a mistake here: an engine, a node or a store that does not
 * do its part. Each has words and a status; all else that reaches the handler is a bug.
 */
public final class OperatingErrors {
  private static final int GATEWAY_TIMEOUT = 504;

  private OperatingErrors() {}

  public static Optional<ApiError> of(Throwable cause) {
    return Optional.ofNullable(
        switch (cause) {
          case ApiError refused -> refused;
          case EngineUnavailableException engine ->
              new ApiError(engine.status(), engine.getMessage());
          case BusFailure bus -> ofBus(bus);
          case StoreFailure store -> ApiError.unavailable(String.valueOf(store.getMessage()));
          case TimeoutException late ->
              new ApiError(
                  GATEWAY_TIMEOUT, "no answer in time: " + late.getMessage() + "; try again");
          case CancellationException _, InterruptedException _ ->
              ApiError.unavailable("Skep is stopping; try again when it runs");
          default -> null;
        });
  }

  private static @org.jspecify.annotations.Nullable ApiError ofBus(BusFailure failure) {
    return switch (failure.code()) {
      case BusFailure.BUG -> null;
      case BusFailure.TIMEOUT, BusFailure.NO_LISTENER ->
          new ApiError(
              failure.code(),
              "a part of the swarm did not answer ("
                  + failure.getMessage()
                  + "); look at \"docker node ls\", then try again");
      default -> new ApiError(failure.code(), String.valueOf(failure.getMessage()));
    };
  }
}
