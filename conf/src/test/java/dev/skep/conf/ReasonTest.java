package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ReasonTest {
  @Test
  void system_errors_are_words_in_one_line() {
    assertThat(
            Reason.of(new BindException("bind(..) failed with error(-98): Address already in use")))
        .isEqualTo("address already in use");
    assertThat(Reason.of(new IOException("Connection refused: /127.0.0.1:2377")))
        .isEqualTo("connection refused");
    assertThat(Reason.of(new AccessDeniedException("/var/lib/skep")))
        .isEqualTo("permission denied: /var/lib/skep");
    assertThat(Reason.of(new NoSuchFileException("/a/b"))).isEqualTo("there is no /a/b");
    assertThat(Reason.of(new FileSystemException("/a", null, "No space left on device")))
        .isEqualTo("/a: no space left on device");
    assertThat(Reason.of(new TimeoutException())).isEqualTo("no answer in time");
    assertThat(Reason.of(new IOException("first\n  second"))).isEqualTo("first second");
    assertThat(Reason.of(new IOException())).isEqualTo("IOException");
    assertThat(Reason.of(new IOException("x".repeat(1_100)))).hasSize(1_002);
  }

  @Test
  void what_a_stranger_said_is_short_and_on_one_line() {
    assertThat(Reason.shown("a\r\nb")).isEqualTo("a??b");
    assertThat(Reason.shown("x".repeat(100))).hasSize(81);
  }
}
