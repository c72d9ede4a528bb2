package dev.skep.conf.swarm;

import dev.skep.store.membership.MembershipException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** Reads a body that a stranger sends: never more of it than was agreed on. */
final class BoundedBody {
  private BoundedBody() {}

  /**
   * The whole body. Fails with {@link MembershipException} as soon as it is longer, by its
   * announced length or by what has come; nothing is kept then.
   *
   * @param announced the Content-Length, if there is one
   */
  static Future<Buffer> read(ReadStream<Buffer> from, @Nullable String announced, int most) {
    from.exceptionHandler(broken -> {});
    if (announced != null && tooLong(announced, most)) {
      return Future.failedFuture(refusal(most));
    }
    Promise<Buffer> whole = Promise.promise();
    Buffer body = Buffer.buffer();
    from.exceptionHandler(whole::tryFail);
    from.endHandler(end -> whole.tryComplete(body));
    from.handler(part -> {
      if (body.length() + part.length() > most) {
        whole.tryFail(refusal(most));
        from.handler(rest -> {});
      } else {
        body.appendBuffer(part);
      }
    });
    return whole.future();
  }

  private static boolean tooLong(String announced, int most) {
    try {
      return Long.parseLong(announced) > most;
    } catch (NumberFormatException e) {
      return true;
    }
  }

  private static MembershipException refusal(int most) {
    return new MembershipException(413, "the body is longer than " + most + " bytes");
  }
}
