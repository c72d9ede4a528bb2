package dev.skep.node.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.AbstractDnsOptPseudoRrRecord;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.NetUtil;
import io.vertx.core.buffer.Buffer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Questions and answers as bytes; Netty's codec reads and writes them. */
final class DnsMessages {
  /**
   * Nothing may be kept: addresses come and go with tasks, and asking again costs a hop on the same
   * host.
   */
  private static final long TIME_TO_LIVE_SECONDS = 0;

  /** What a client takes over UDP that says nothing else (RFC 1035, 4.2.1). */
  private static final int PLAIN_UDP_BYTES = 512;

  /** What is sent over UDP at most: it passes every link in one piece (DNS flag day 2020). */
  private static final int UDP_BYTES = 1232;

  private static final int TCP_BYTES = 65_535;
  private static final int HEADER_BYTES = 12;
  private static final InetSocketAddress NOWHERE = new InetSocketAddress("0.0.0.0", 0);
  private static final Reader READER = new Reader();
  private static final Writer WRITER = new Writer();

  private DnsMessages() {}

  /**
   * A question.
   *
   * @param standard whether it is a plain lookup, and no other operation
   * @param question null when there is none, or several
   * @param extended whether it speaks of extensions (RFC 6891)
   * @param udpBytes how long an answer over UDP may be
   */
  record Query(
      int id,
      boolean standard,
      boolean recursionDesired,
      @Nullable DnsQuestion question,
      boolean extended,
      int udpBytes) {
    /** As it was asked, with a dot at its end. */
    String name() {
      return question == null ? "" : question.name();
    }

    /** Whether this asks for that type of records of the Internet. */
    boolean asksFor(DnsRecordType type) {
      return question != null
          && question.dnsClass() == DnsRecord.CLASS_IN
          && (question.type().equals(type) || question.type().equals(DnsRecordType.ANY));
    }
  }

  /** Reads a message. Null when it is no question, or so broken that it cannot be answered. */
  static @Nullable Query read(Buffer bytes) {
    DnsQuery query;
    try {
      query = READER.read(bytes);
    } catch (Exception e) { // whatever a stranger's bytes make the codec throw
      return null;
    }
    try {
      DnsQuestion question =
          query.count(DnsSection.QUESTION) == 1 ? query.recordAt(DnsSection.QUESTION) : null;
      int udpBytes = PLAIN_UDP_BYTES;
      boolean extended = false;
      for (int i = 0; i < query.count(DnsSection.ADDITIONAL); i++) {
        DnsRecord record = query.recordAt(DnsSection.ADDITIONAL, i);
        if (record.type().equals(DnsRecordType.OPT)) {
          extended = true;
          udpBytes = Math.clamp(record.dnsClass(), PLAIN_UDP_BYTES, UDP_BYTES);
        }
      }
      return new Query(
          query.id(),
          query.opCode().byteValue() == 0,
          query.isRecursionDesired(),
          question,
          extended,
          udpBytes);
    } finally {
      query.release();
    }
  }

  /** An answer without records. */
  static Buffer reply(Query query, DnsResponseCode code) {
    return write(query, code, List.of(), false);
  }

  /**
   * An answer with these IPv4 addresses. When not all fit, it has as many as do and is marked as
   * truncated.
   */
  static Buffer reply(Query query, List<String> addresses, boolean tcp) {
    int limit = tcp ? TCP_BYTES : query.udpBytes();
    Buffer whole = write(query, DnsResponseCode.NOERROR, addresses, false);
    if (whole.length() <= limit) {
      return whole;
    }
    int empty = reply(query, DnsResponseCode.NOERROR).length();
    int each = (whole.length() - empty) / addresses.size();
    return write(
        query, DnsResponseCode.NOERROR, addresses.subList(0, (limit - empty) / each), true);
  }

  private static Buffer write(
      Query query, DnsResponseCode code, List<String> addresses, boolean truncated) {
    DnsResponse response = new DefaultDnsResponse(query.id());
    try {
      response
          .setCode(code)
          .setAuthoritativeAnswer(code.equals(DnsResponseCode.NOERROR))
          .setRecursionDesired(query.recursionDesired())
          .setRecursionAvailable(true)
          .setTruncated(truncated);
      DnsQuestion question = query.question();
      if (question != null) {
        response.addRecord(DnsSection.QUESTION, question);
      }
      for (String address : addresses) {
        response.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(
                query.name(),
                DnsRecordType.A,
                TIME_TO_LIVE_SECONDS,
                Unpooled.wrappedBuffer(bytesOf(address))));
      }
      if (query.extended()) {
        response.addRecord(DnsSection.ADDITIONAL, new Extension());
      }
      return WRITER.write(response);
    } finally {
      response.release();
    }
  }

  private static byte[] bytesOf(String address) {
    return Objects.requireNonNull(
        NetUtil.createByteArrayFromIpAddressString(address), () -> address + " is no IP address");
  }

  // What the forwarder needs of messages that it passes on as they are.

  static boolean complete(Buffer message) {
    return message.length() >= HEADER_BYTES;
  }

  static int id(Buffer message) {
    return message.getUnsignedShort(0);
  }

  static Buffer withId(Buffer message, int id) {
    return message.copy().setUnsignedShort(0, id);
  }

  static boolean truncated(Buffer message) {
    return (message.getByte(2) & 2) != 0;
  }

  static DnsResponseCode code(Buffer message) {
    return DnsResponseCode.valueOf(message.getByte(3) & 15);
  }

  /** Says that extensions (RFC 6891) are understood; none is used. */
  private static final class Extension extends AbstractDnsOptPseudoRrRecord {
    Extension() {
      super(UDP_BYTES);
    }
  }

  /** Netty's decoder, outside of a pipeline: the forwarder needs the bytes that a pipeline eats. */
  private static final class Reader extends DatagramDnsQueryDecoder {
    DnsQuery read(Buffer bytes) throws Exception {
      List<Object> out = new ArrayList<>(1);
      ByteBuf content = Unpooled.wrappedBuffer(bytes.getBytes());
      decode(null, new DatagramPacket(content, NOWHERE, NOWHERE), out);
      return (DnsQuery) out.getFirst();
    }
  }

  private static final class Writer extends DatagramDnsResponseEncoder {
    Buffer write(DnsResponse response) {
      List<Object> out = new ArrayList<>(1);
      try {
        encode(null, new DefaultAddressedEnvelope<>(response, NOWHERE), out);
      } catch (Exception e) {
        throw new IllegalArgumentException("cannot write the answer " + response, e);
      }
      ByteBuf content = ((DatagramPacket) out.getFirst()).content();
      byte[] bytes = new byte[content.readableBytes()];
      content.readBytes(bytes).release();
      return Buffer.buffer(bytes);
    }

    @Override
    protected ByteBuf allocateBuffer(
        @Nullable ChannelHandlerContext context,
        AddressedEnvelope<DnsResponse, InetSocketAddress> message) {
      return Unpooled.buffer(PLAIN_UDP_BYTES);
    }
  }
}
