package dev.skep.gateway.proxy.exchange;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The time in which the head of an answer has to come; for one exchange, on its event loop. */
final class AnswerDeadline {

  private @Nullable ScheduledFuture<?> running;

  void start(EventLoop loop, Duration patience, Runnable silent) {
    running = loop.schedule(silent, patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The head came, or the exchange is over. */
  void stop() {
    if (running != null) {
      running.cancel(false);
      running = null;
    }
  }
}
