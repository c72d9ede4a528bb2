package dev.skep.gateway.api.body;

/** The client went away, or does not take its answer: there is nobody to tell. */
public final class ClientGoneException extends RuntimeException {
  ClientGoneException(Throwable cause) {
    super("the client does not take its answer: " + cause.getMessage(), cause, false, false);
  }
}
