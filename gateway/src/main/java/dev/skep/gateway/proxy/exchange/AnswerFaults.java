package dev.skep.gateway.proxy.exchange;

import dev.skep.engine.http.ApiEndpoint;

/** Why there is no answer to pass on, in words for the client. */
final class AnswerFaults {
  private AnswerFaults() {}

  static String unreadable(ApiEndpoint from, Throwable cause) {
    return "cannot read the answer of " + from + ": " + cause.getMessage();
  }

  static String missing(ApiEndpoint from) {
    return from
        + " closed the connection without an answer; look at the engine's log, then try again";
  }
}
