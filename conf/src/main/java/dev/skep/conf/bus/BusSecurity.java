package dev.skep.conf.bus;

import dev.skep.conf.control.ControlProtocol;
import dev.skep.conf.control.FrontDoor;
import dev.skep.conf.control.RefusalLog;
import org.slf4j.LoggerFactory;

/** Who gets onto the bus of one node, and stays there: for its members and for its messages. */
final class BusSecurity implements AutoCloseable {
  private final FrontDoor door;
  private final Handshakes handshakes = new Handshakes();
  private final MemberTls members;
  private final BusTls messages;

  BusSecurity(PeerTls tls, FrontDoor door) {
    RefusalLog refusals =
        new RefusalLog(
            LoggerFactory.getLogger(BusSecurity.class), "refused a peer on the event bus");
    this.door = door;
    this.members = new MemberTls(tls, door, handshakes, refusals);
    this.messages = new BusTls(tls, door, handshakes, refusals);
  }

  MemberTls members() {
    return members;
  }

  BusSockets sockets() {
    return new BusSockets(messages);
  }

  void recheck() {
    members.recheck();
    messages.recheck();
  }

  /** The door leads here no more. */
  @Override
  public void close() {
    door.unroute(ControlProtocol.BUS);
    door.unroute(ControlProtocol.MEMBERS);
    handshakes.close();
  }
}
