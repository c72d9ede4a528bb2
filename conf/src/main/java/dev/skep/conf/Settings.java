package dev.skep.conf;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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

  /** A hundred times what all settings take; a device or a log was not meant. */
  private static final int MAX_BYTES = 1024 * 1024;

  /**
   * Reads a YAML file. Unknown keys and doubled ones are an error, so that a typing mistake is not
   * a silent default.
   */
  static Settings read(Path file) {
    try {
      YAMLMapper mapper =
          YAMLMapper.builder()
              .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build();
      mapper.setDefaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL));
      try (JsonParser parser = mapper.createParser(text(file))) {
        // Nothing but comments is no token at all.
        Settings read =
            parser.nextToken() == null ? null : mapper.readValue(parser, Settings.class);
        return read == null ? NONE : read;
      }
    } catch (JsonProcessingException e) {
      throw unreadable(file, SettingsError.place(e), SettingsError.words(e));
    } catch (CharacterCodingException e) {
      throw unreadable(file, "", "it is no text in UTF-8");
    } catch (IOException e) {
      throw unreadable(file, "", Reason.of(e));
    }
  }

  private static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("it has more than " + MAX_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  private static StartupException unreadable(Path file, String place, String why) {
    return new StartupException(
        "cannot read the configuration %s%s: %s; conf/skep.yaml shows every setting"
            .formatted(file, place, why));
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
