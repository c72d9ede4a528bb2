package dev.skep.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogFrameParserTest {
  private static Buffer frame(int stream, String text) {
    return Buffer.buffer()
        .appendByte((byte) stream)
        .appendBytes(new byte[3])
        .appendInt(text.length())
        .appendString(text);
  }

  @Test
  void finds_the_same_frames_however_the_bytes_are_cut() {
    Buffer all = frame(1, "one\n").appendBuffer(frame(2, "")).appendBuffer(frame(2, "three\n"));
    for (int cut = 1; cut <= all.length(); cut++) {
      LogFrameParser parser = new LogFrameParser();
      List<LogFrame> frames = new ArrayList<>();
      for (int at = 0; at < all.length(); at += cut) {
        frames.addAll(parser.feed(all.getBuffer(at, Math.min(all.length(), at + cut))));
      }
      assertThat(frames)
          .containsExactly(
              new LogFrame(1, Buffer.buffer("one\n")),
              new LogFrame(2, Buffer.buffer()),
              new LogFrame(2, Buffer.buffer("three\n")));
    }
  }

  @Test
  void refuses_bytes_that_are_no_frames() {
    assertThatThrownBy(() -> new LogFrameParser().feed(Buffer.buffer("plain text of a terminal")))
        .hasMessageContaining("not a log frame");
  }
}
