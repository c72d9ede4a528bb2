package dev.skep.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.dns.DnsMessages.Query;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DnsMessagesTest {
  private static Query read(Buffer message) {
    return Objects.requireNonNull(DnsMessages.read(message));
  }

  @Test
  void reads_a_question_and_writes_its_answer() {
    Query query = read(Wire.query(4711, "My_Shop.web", DnsRecordType.A));
    assertThat(query.name()).isEqualTo("My_Shop.web.");
    assertThat(query.asksFor(DnsRecordType.A)).isTrue();
    assertThat(query.asksFor(DnsRecordType.AAAA)).isFalse();
    Wire.Reply reply =
        Wire.reply(DnsMessages.reply(query, List.of("10.0.0.2", "10.255.0.3"), false));
    assertThat(reply)
        .isEqualTo(
            new Wire.Reply(
                4711,
                "NOERROR",
                false,
                true,
                "My_Shop.web.",
                List.of("10.0.0.2", "10.255.0.3"),
                List.of(0L, 0L),
                false));
  }

  @Test
  void an_answer_may_be_no_more_than_a_code() {
    Query query = read(Wire.query(1, "web", DnsRecordType.A, 4096));
    Wire.Reply reply = Wire.reply(DnsMessages.reply(query, DnsResponseCode.NXDOMAIN));
    assertThat(reply.code()).isEqualTo("NXDOMAIN");
    assertThat(reply.addresses()).isEmpty();
    assertThat(reply.extended()).as("extensions are answered in kind").isTrue();
  }

  @Test
  void what_does_not_fit_is_cut_and_says_so() {
    List<String> many = IntStream.range(0, 300).mapToObj(i -> "10.0.1." + i % 250).toList();
    Query plain = read(Wire.query(1, "web", DnsRecordType.A));
    Buffer cut = DnsMessages.reply(plain, many, false);
    assertThat(cut.length()).isLessThanOrEqualTo(512).isGreaterThan(480);
    assertThat(Wire.reply(cut).truncated()).isTrue();
    assertThat(many).startsWith(Wire.reply(cut).addresses().toArray(String[]::new));

    Query extended = read(Wire.query(1, "web", DnsRecordType.A, 65_000));
    Buffer longer = DnsMessages.reply(extended, many, false);
    assertThat(longer.length()).isLessThanOrEqualTo(1232).isGreaterThan(1200);

    Wire.Reply whole = Wire.reply(DnsMessages.reply(plain, many, true));
    assertThat(whole.truncated()).isFalse();
    assertThat(whole.addresses()).isEqualTo(many);
  }

  @Test
  void what_is_no_question_is_not_read() {
    Query query = read(Wire.query(1, "web", DnsRecordType.A));
    assertThat(DnsMessages.read(Buffer.buffer())).isNull();
    assertThat(DnsMessages.read(Buffer.buffer("nonsense that is long enough for a header")))
        .isNull();
    assertThat(DnsMessages.read(DnsMessages.reply(query, DnsResponseCode.NOERROR)))
        .as("an answer is not answered, or two servers would never stop")
        .isNull();
    Buffer whole = Wire.query(1, "web", DnsRecordType.A);
    for (int length = 0; length < whole.length(); length++) {
      assertThat(DnsMessages.read(whole.getBuffer(0, length))).as(length + " bytes").isNull();
    }
  }
}
