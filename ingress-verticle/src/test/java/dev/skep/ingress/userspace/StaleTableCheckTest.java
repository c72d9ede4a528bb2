package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StaleTableCheckTest {
  private static final long PAUSE = StaleTableCheck.PAUSE.toNanos();

  @Test
  void many_failures_ask_once_a_pause() {
    AtomicInteger asked = new AtomicInteger();
    StaleTableCheck check = new StaleTableCheck(asked::incrementAndGet, 0);
    for (long now = 0; now < PAUSE; now += PAUSE / 10) {
      check.suspect(now);
    }
    assertThat(asked).hasValue(1);
    check.suspect(PAUSE);
    check.suspect(PAUSE);
    assertThat(asked).hasValue(2);
  }
}
