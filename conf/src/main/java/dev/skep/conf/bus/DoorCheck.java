package dev.skep.conf.bus;

import com.hazelcast.nio.MemberSocketInterceptor;
import dev.skep.conf.control.FrontDoor;
import dev.skep.conf.control.RefusalLog;
import java.io.IOException;
import java.net.Socket;
import java.util.Properties;

/**
 * Closes what comes to a Hazelcast member by another way than the node's door, which counts
 * strangers, before anything is made for it.
 */
final class DoorCheck implements MemberSocketInterceptor {
  private static final String REASON = "it did not come by the control port";

  private final FrontDoor door;
  private final RefusalLog refusals;

  DoorCheck(FrontDoor door, RefusalLog refusals) {
    this.door = door;
    this.refusals = refusals;
  }

  @Override
  public void init(Properties none) {}

  @Override
  public void onAccept(Socket socket) throws IOException {
    if (door.origin(socket.getRemoteSocketAddress()) == null) {
      refusals.add(socket.getRemoteSocketAddress(), REASON);
      throw new IOException(REASON);
    }
  }

  @Override
  public void onConnect(Socket socket) {}
}
