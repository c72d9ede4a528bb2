package dev.skep.gateway.api.error;

import dev.skep.store.model.Kind;

/**
 * A request that is refused, in the Engine API's words. What swarmkit refuses carries its prefix
 * ({@code rpc error: code = …}) and the status that the engine makes of its code.
 */
public final class ApiError extends RuntimeException {
  public static final int BAD_REQUEST = 400;
  public static final int UNAUTHORIZED = 401;
  public static final int FORBIDDEN = 403;
  public static final int NOT_FOUND = 404;
  public static final int REQUEST_TIMEOUT = 408;
  public static final int CONFLICT = 409;
  public static final int INTERNAL = 500;
  public static final int NOT_IMPLEMENTED = 501;
  public static final int UNAVAILABLE = 503;

  private final int status;

  public ApiError(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Never null, unlike an exception's message in general. */
  @Override
  public String getMessage() {
    return java.util.Objects.requireNonNull(super.getMessage());
  }

  public static ApiError badRequest(String message) {
    return new ApiError(BAD_REQUEST, message);
  }

  public static ApiError forbidden(String message) {
    return new ApiError(FORBIDDEN, message);
  }

  public static ApiError conflict(String message) {
    return new ApiError(CONFLICT, message);
  }

  public static ApiError internal(String message) {
    return new ApiError(INTERNAL, message);
  }

  public static ApiError unavailable(String message) {
    return new ApiError(UNAVAILABLE, message);
  }

  /**
   * Skep cannot do it. The message names the field or option and says what to do instead: nothing
   * that was asked for is dropped silently.
   */
  public static ApiError notImplemented(String message) {
    return new ApiError(NOT_IMPLEMENTED, message);
  }

  public static ApiError notFound(Kind kind, String name) {
    return new ApiError(NOT_FOUND, kind.noun() + " " + name + " not found");
  }

  public static ApiError invalidArgument(String message) {
    return rpc(BAD_REQUEST, "InvalidArgument", message);
  }

  public static ApiError failedPrecondition(String message) {
    return rpc(BAD_REQUEST, "FailedPrecondition", message);
  }

  public static ApiError alreadyExists(String message) {
    return rpc(CONFLICT, "AlreadyExists", message);
  }

  public static ApiError unimplemented(String message) {
    return rpc(NOT_IMPLEMENTED, "Unimplemented", message);
  }

  /** What swarmkit gives no code: a stale version, an unreadable constraint, no leader. */
  public static ApiError unknown(String message) {
    return rpc(INTERNAL, "Unknown", message);
  }

  public static ApiError deadlineExceeded() {
    return rpc(INTERNAL, "DeadlineExceeded", "context deadline exceeded");
  }

  public static ApiError outOfSequence() {
    return unknown("update out of sequence");
  }

  private static ApiError rpc(int status, String code, String message) {
    return new ApiError(status, "rpc error: code = " + code + " desc = " + message);
  }
}
