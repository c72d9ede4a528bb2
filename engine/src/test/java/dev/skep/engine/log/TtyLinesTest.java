package dev.skep.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TtyLinesTest {
  private static final String HEAD = "2026-11-21T10:00:00.000000000Z a=b ";
  private static final int PIECE = 16 * 1024;

  private final TtyLines lines = new TtyLines();

  @Test
  void cuts_at_line_ends_however_the_bytes_come() {
    String all = HEAD + "one two\r\n" + HEAD + "\r\n" + HEAD + "three\n";
    List<String> cut = new ArrayList<>();
    for (int i = 0; i < all.length(); i++) {
      cut.addAll(feed(all.substring(i, i + 1)));
    }
    assertThat(cut).containsExactly(HEAD + "one two\r\n", HEAD + "\r\n", HEAD + "three\n");
    assertThat(lines.rest()).isEmpty();
  }

  @Test
  void cuts_a_long_line_where_the_engine_did() {
    String piece = "x".repeat(PIECE);
    assertThat(feed(HEAD + piece + HEAD + piece + HEAD + "end\n"))
        .containsExactly(HEAD + piece, HEAD + piece, HEAD + "end\n");
  }

  @Test
  void gives_what_has_no_end_at_the_end() {
    assertThat(feed(HEAD + "$ ")).isEmpty();
    assertThat(lines.rest())
        .extracting(frame -> frame.payload().toString())
        .containsExactly(HEAD + "$ ");
    assertThat(lines.rest()).isEmpty();
  }

  private List<String> feed(String text) {
    return lines.feed(Buffer.buffer(text)).stream()
        .map(frame -> frame.payload().toString())
        .toList();
  }
}
