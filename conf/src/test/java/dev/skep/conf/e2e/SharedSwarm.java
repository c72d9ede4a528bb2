package dev.skep.conf.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts one demo for all test classes that ask for it, and stops it after the last. */
final class SharedSwarm implements BeforeAllCallback, ParameterResolver {
  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(SharedSwarm.class);

  private record Running(DemoSwarm swarm) implements AutoCloseable {
    @Override
    public void close() {
      swarm.demoSucceeds("--stop");
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    running(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == DemoSwarm.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return running(context).swarm();
  }

  private static Running running(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(HERE)
        .computeIfAbsent(Running.class, _ -> start(), Running.class);
  }

  private static Running start() {
    try {
      Path dir = Files.createTempDirectory(Path.of("/var/lib"), "skep-e2e");
      DemoSwarm swarm = new DemoSwarm(DemoSwarm.net(77), dir);
      swarm.demoSucceeds();
      return new Running(swarm);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
