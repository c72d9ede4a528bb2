package dev.skep.conf.control;

/**
 * What strangers may take of a {@link FrontDoor}. A component behind it cannot count them: all its
 * peers come from loopback.
 *
 * @param helloMillis for the whole ClientHello, however it is cut
 * @param proofMillis from there until the component knows who it is
 * @param silentPerAddress connections of one address whose ClientHello is still to come
 * @param silent such connections of all addresses
 * @param unprovenPerAddress connections of one address that a component has not admitted yet
 * @param unproven such connections of all addresses
 * @param connections all that are joined with a component, those of members too
 */
record DoorLimits(
    int helloMillis,
    int proofMillis,
    int silentPerAddress,
    int silent,
    int unprovenPerAddress,
    int unproven,
    int connections) {

  /**
   * A ClientHello follows upon the connect, so that 5 s forgive a few lost packets. A host that
   * joins has no certificate to be known by, and the control API gives it 30 s. Silent ones hold up
   * to a ClientHello's 16 KiB each, 4 MiB together. Unproven ones hold a TLS engine with its
   * buffers, 100 kB at worst, so 25 MB together; and a host may well open a hundred at once. Each
   * joined connection takes three file descriptors, the component's among them; the JVM takes the
   * hard limit, 524,288 under systemd.
   */
  static final DoorLimits DEFAULT = new DoorLimits(5_000, 30_000, 32, 256, 128, 256, 8_192);
}
