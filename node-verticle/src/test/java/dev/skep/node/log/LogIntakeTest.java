package dev.skep.node.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.log.LogFrame;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LogIntakeTest {
  private static final LogFrame LINE = new LogFrame(1, Buffer.buffer("12345"));

  private final AtomicInteger paused = new AtomicInteger();

  private boolean add(LogIntake intake, LogFrame... frames) {
    return intake.add(List.of(frames), paused::incrementAndGet);
  }

  @Test
  void many_additions_ask_for_one_taking() {
    LogIntake intake = new LogIntake(100);
    assertThat(add(intake)).isFalse();
    assertThat(add(intake, LINE)).isTrue();
    assertThat(add(intake, LINE, LINE)).isFalse();
    assertThat(intake.take()).hasSize(3);
    assertThat(intake.take()).isEmpty();
    assertThat(add(intake, LINE)).isTrue();
    assertThat(paused).hasValue(0);
  }

  @Test
  void is_full_at_its_bound_and_empty_when_taken() {
    LogIntake intake = new LogIntake(10);
    add(intake, LINE);
    assertThat(paused).hasValue(0);
    add(intake, LINE);
    assertThat(paused).hasValue(1);
    assertThat(intake.take()).hasSize(2);
    add(intake, LINE);
    assertThat(paused).hasValue(1);
  }
}
