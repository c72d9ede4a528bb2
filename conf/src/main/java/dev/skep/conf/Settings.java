package dev.skep.conf;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one source (command line or file) says about the daemon; absent components are left to the
 * next source.
 */
record Settings(
    @Nullable Path dataDir,
    @Nullable Path socket,
    @Nullable List<String> tcp,
    @Nullable String engine,
    @Nullable String address,
    @Nullable String name,
    @Nullable List<String> genericResources,
    @Nullable String maxHeap,
    @Nullable Long maxTasks,
    @Nullable String logLevel) {

  static final Settings NONE =
      new Settings(null, null, null, null, null, null, null, null, null, null);

  /** These settings where they say something, else {@code other}'s. */
  Settings over(Settings other) {
    return new Settings(
        first(dataDir, other.dataDir),
        first(socket, other.socket),
        first(tcp, other.tcp),
        first(engine, other.engine),
        first(address, other.address),
        first(name, other.name),
        first(genericResources, other.genericResources),
        first(maxHeap, other.maxHeap),
        first(maxTasks, other.maxTasks),
        first(logLevel, other.logLevel));
  }

  private static <T> @Nullable T first(@Nullable T one, @Nullable T two) {
    return one != null ? one : two;
  }
}
