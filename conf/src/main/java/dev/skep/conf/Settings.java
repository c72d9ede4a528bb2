package dev.skep.conf;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one source (command line or file) says about the daemon; absent components are left to the
 * next source.
 */
record Settings(
    @JsonProperty("data-dir") @Nullable Path dataDir,
    @JsonProperty("socket") @Nullable Path socket,
    @JsonProperty("tcp") @Nullable List<String> tcp,
    @JsonProperty("engine") @Nullable String engine,
    @JsonProperty("address") @Nullable String address,
    @JsonProperty("name") @Nullable String name,
    @JsonProperty("node-generic-resources") @Nullable List<String> genericResources,
    @JsonProperty("max-heap") @Nullable String maxHeap,
    @JsonProperty("max-tasks") @Nullable Long maxTasks,
    @JsonProperty("log-level") @Nullable String logLevel) {

  static final Settings NONE =
      new Settings(null, null, null, null, null, null, null, null, null, null);

  /**
   * Reads a YAML file. Unknown keys are an error, so that a typing mistake is not a silent default.
   */
  static Settings read(Path file) {
    try {
      YAMLMapper mapper =
          YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
      Settings read = mapper.readValue(Files.readString(file), Settings.class);
      return read == null ? NONE : read;
    } catch (JsonProcessingException e) {
      throw new StartupException(
          "cannot read the configuration "
              + file
              + at(e)
              + ": "
              + firstLine(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new StartupException("cannot read the configuration " + file + ": " + Reason.of(e));
    }
  }

  private static String at(JsonProcessingException e) {
    return e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
  }

  /** The parser goes on with an excerpt of the file. */
  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

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
