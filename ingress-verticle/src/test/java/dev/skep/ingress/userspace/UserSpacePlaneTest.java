package dev.skep.ingress.userspace;

import dev.skep.ingress.DataPlane;
import dev.skep.ingress.DataPlaneContract;
import dev.skep.store.net.HostPort;
import java.io.IOException;

class UserSpacePlaneTest extends DataPlaneContract {
  @Override
  protected DataPlane open(Runnable refresh) throws IOException {
    return UserSpacePlane.opener("me", address(), HostPort.of(address(), 0)).open(refresh);
  }

  @Override
  protected String address() {
    return "127.0.0.2";
  }
}
