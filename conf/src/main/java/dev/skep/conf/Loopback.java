package dev.skep.conf;

/** The addresses that Skep may bind while traffic between nodes is not encrypted. */
public final class Loopback {
  private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";

  private Loopback() {}

  /** Whether {@code ip} is a literal IPv4 address in 127.0.0.0/8. */
  public static boolean is(String ip) {
    return ip.matches("127\\." + OCTET + "\\." + OCTET + "\\." + OCTET);
  }
}
