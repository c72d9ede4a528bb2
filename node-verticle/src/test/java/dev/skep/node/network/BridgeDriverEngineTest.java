package dev.skep.node.network;

import dev.skep.engine.Engine;
import dev.skep.node.EngineLive;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The bridge driver on the engine of this host. */
@Tag("engine")
class BridgeDriverEngineTest extends NetworkDriverContract {
  @TempDir Path scratch;

  @Override
  NetworkDriver driver(Engine of, String nodeId) {
    return new BridgeDriver(of, nodeId);
  }

  @Override
  Path engineSocket() throws Exception {
    EngineLive.makeImage(scratch);
    return EngineLive.SOCKET;
  }

  @Override
  String image() {
    return EngineLive.IMAGE;
  }
}
