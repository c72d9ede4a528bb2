package dev.skep.node.dns;

import io.netty.util.NetUtil;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a network's questions are taken.
 *
 * @param gateway the host's own address on the network, IPv4
 * @param subnet of the network in CIDR form such as 172.18.0.0/16: who asks from elsewhere is a
 *     stranger
 */
public record DnsEndpoint(String networkId, String gateway, String subnet) {
  /** Whether the address is the network's own. */
  boolean covers(String address) {
    int slash = subnet.indexOf('/');
    byte @Nullable [] own = NetUtil.createByteArrayFromIpAddressString(subnet.substring(0, slash));
    byte @Nullable [] other = NetUtil.createByteArrayFromIpAddressString(address);
    if (own == null || other == null || own.length != other.length) {
      return false;
    }
    int bits = Integer.parseInt(subnet.substring(slash + 1));
    int whole = bits / Byte.SIZE;
    if (!Arrays.equals(own, 0, whole, other, 0, whole)) {
      return false;
    }
    int rest = bits % Byte.SIZE;
    return rest == 0 || ((own[whole] ^ other[whole]) & 0xff) >> (Byte.SIZE - rest) == 0;
  }
}
