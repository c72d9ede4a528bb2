package dev.skep.identity;

import java.net.InetAddress;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where others reach a node: what its certificate holds as subject alternative names, and what a
 * client compares with the address that it connects to.
 *
 * @param ips without doubles, in the order given
 * @param hostNames DNS names in lower case, likewise
 */
public record NodeAddresses(List<InetAddress> ips, List<String> hostNames) {
  /** A host has some interfaces and names; with this many a certificate is below 20 kB. */
  public static final int COUNT_MAX = 64;

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private static final int HOST_NAME_MAX = 253; // RFC 1035, 2.3.4
  private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
  private static final Pattern HOST_NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

  public NodeAddresses {
    ips = List.copyOf(ips);
    hostNames = List.copyOf(hostNames);
    int count = ips.size() + hostNames.size();
    if (count < 1 || count > COUNT_MAX) {
      throw new IdentityException(
          "a certificate cannot hold %d addresses: give 1 to %d".formatted(count, COUNT_MAX));
    }
  }

  /** Of IP addresses without a zone, and DNS names; nothing is resolved. */
  public static NodeAddresses of(Collection<String> addresses) {
    Set<InetAddress> ips = new LinkedHashSet<>();
    Set<String> hostNames = new LinkedHashSet<>();
    for (String address : addresses) {
      if (address.indexOf(':') >= 0 || IPV4.matcher(address).matches()) {
        ips.add(ip(address));
      } else {
        hostNames.add(hostName(address));
      }
    }
    return new NodeAddresses(List.copyOf(ips), List.copyOf(hostNames));
  }

  private static InetAddress ip(String address) {
    try {
      if (address.indexOf('%') < 0) {
        return InetAddress.ofLiteral(address);
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new IdentityException(
        "\"%s\" is no IP address that a certificate can hold; give one without a zone"
            .formatted(IdentityException.shown(address)));
  }

  private static String hostName(String address) {
    String name = address.toLowerCase(Locale.ROOT);
    if (name.length() > HOST_NAME_MAX || !HOST_NAME.matcher(name).matches()) {
      throw new IdentityException(
          "\"%s\" is neither an IP address nor a DNS name"
              .formatted(IdentityException.shown(address)));
    }
    return name;
  }
}
