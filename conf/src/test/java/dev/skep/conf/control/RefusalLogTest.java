package dev.skep.conf.control;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusalLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(RefusalLogTest.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final AtomicLong nanos = new AtomicLong();
  private final RefusalLog log = new RefusalLog(logger, "refused", nanos::get);

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(lines);
  }

  @Test
  void a_thousand_refusals_are_one_line_and_the_next_tells_how_many() {
    refuse(1_000);
    assertThat(lines.list).hasSize(1);
    assertThat(lines.list.getFirst().getKeyValuePairs().toString())
        .contains("192.0.2.7", "no TLS", "unsaid=\"0\"");

    nanos.addAndGet(RefusalLog.PAUSE.minus(Duration.ofNanos(1)).toNanos());
    refuse(1);
    assertThat(lines.list).hasSize(1);

    nanos.addAndGet(1);
    refuse(1);
    assertThat(lines.list).hasSize(2);
    assertThat(lines.list.getLast().getKeyValuePairs().toString()).contains("unsaid=\"1000\"");
  }

  @Test
  void what_a_peer_said_is_one_short_line() {
    log.add(null, "nothing here for \n\u001b[31m" + "x".repeat(500));

    assertThat(lines.list.getFirst().getKeyValuePairs().toString())
        .hasSizeLessThan(300)
        .doesNotContain("\n", "\u001b");
  }

  private void refuse(int times) {
    for (int i = 0; i < times; i++) {
      log.add(new InetSocketAddress("192.0.2.7", 4_711), "no TLS");
    }
  }
}
