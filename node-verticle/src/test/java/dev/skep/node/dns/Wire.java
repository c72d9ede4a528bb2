package dev.skep.node.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.AbstractDnsOptPseudoRrRecord;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.NetUtil;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a client writes and reads, by Netty's own pipeline. */
final class Wire {
  private static final InetSocketAddress NOWHERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private Wire() {}

  record Reply(
      int id,
      String code,
      boolean truncated,
      boolean authoritative,
      String name,
      List<String> addresses,
      List<Long> timesToLive,
      boolean extended) {}

  static Buffer query(int id, String name, DnsRecordType type) {
    return query(id, name, type, 0);
  }

  /**
   * @param udpBytes how much the client takes; 0 says nothing about it
   */
  static Buffer query(int id, String name, DnsRecordType type, int udpBytes) {
    DatagramDnsQuery query = new DatagramDnsQuery(NOWHERE, NOWHERE, id);
    query.setRecursionDesired(true);
    query.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(name, type));
    if (udpBytes > 0) {
      query.addRecord(DnsSection.ADDITIONAL, new AbstractDnsOptPseudoRrRecord(udpBytes) {});
    }
    EmbeddedChannel channel = new EmbeddedChannel(new DatagramDnsQueryEncoder());
    channel.writeOutbound(query);
    DatagramPacket packet = channel.readOutbound();
    ByteBuf content = packet.content();
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    return Buffer.buffer(bytes);
  }

  static Reply reply(Buffer message) {
    EmbeddedChannel channel = new EmbeddedChannel(new DatagramDnsResponseDecoder());
    channel.writeInbound(
        new DatagramPacket(Unpooled.wrappedBuffer(message.getBytes()), NOWHERE, NOWHERE));
    DatagramDnsResponse response = channel.readInbound();
    DnsQuestion question = response.recordAt(DnsSection.QUESTION);
    List<String> addresses = new ArrayList<>();
    List<Long> timesToLive = new ArrayList<>();
    for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
      DnsRawRecord record = response.recordAt(DnsSection.ANSWER, i);
      byte[] bytes = new byte[record.content().readableBytes()];
      record.content().readBytes(bytes);
      addresses.add(NetUtil.bytesToIpAddress(bytes));
      timesToLive.add(record.timeToLive());
    }
    return new Reply(
        response.id(),
        response.code().toString().replaceAll("\\(.*", "").toUpperCase(Locale.ROOT),
        response.isTruncated(),
        response.isAuthoritativeAnswer(),
        question == null ? "" : question.name(),
        addresses,
        timesToLive,
        response.count(DnsSection.ADDITIONAL) == 1);
  }
}
