package dev.skep.gateway.api;

import dev.skep.gateway.api.error.ApiError;

/** Answers one kind of request. Called on a virtual thread, where it may await. */
@FunctionalInterface
public interface Endpoint {
  /** Throws {@link ApiError} for a request that is refused. */
  Reply answer(Call call);
}
