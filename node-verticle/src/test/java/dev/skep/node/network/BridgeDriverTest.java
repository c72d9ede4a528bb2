package dev.skep.node.network;

import dev.skep.engine.Engine;
import dev.skep.engine.fake.FakeEngine;
import dev.skep.node.Fixtures;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The bridge driver on an engine in memory. */
class BridgeDriverTest extends NetworkDriverContract {
  @TempDir Path dir;

  @Override
  NetworkDriver driver(Engine of, String nodeId) {
    return new BridgeDriver(of, nodeId);
  }

  @Override
  Path engineSocket() throws Exception {
    Path socket = dir.resolve("engine.sock");
    FakeEngine.start(vertx, socket).addImage(Fixtures.IMAGE);
    return socket;
  }

  @Override
  String image() {
    return Fixtures.IMAGE;
  }
}
