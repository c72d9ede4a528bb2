package dev.skep.store.model.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.NamingBase;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.skep.store.model.Sensitive;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes the model as the Engine API does: Go's names ({@code ID}, {@code NanoCPUs}), RFC
 * 3339 times, nanosecond durations as integers, unknown fields ignored, names matched whatever
 * their case (Go's decoder does, and clients rely on it), empty strings and collections left out.
 */
public final class Json {
  /** Marks a component that is stored and travels between daemons, and that the API never shows. */
  public static final class Stored {
    private Stored() {}
  }

  /** The view of the API's clients: everything not marked {@link Stored}. */
  public static final class Api {
    private Api() {}
  }

  /** The words that Go writes in capitals where Java writes camel case. */
  private static final Map<String, String> GO_WORDS =
      Map.ofEntries(
          Map.entry("Id", "ID"),
          Map.entry("Ids", "IDs"),
          Map.entry("Pid", "PID"),
          Map.entry("Uid", "UID"),
          Map.entry("Gid", "GID"),
          Map.entry("Dns", "DNS"),
          Map.entry("Tls", "TLS"),
          Map.entry("Ca", "CA"),
          Map.entry("Ip", "IP"),
          Map.entry("Ips", "IPs"),
          Map.entry("Ipam", "IPAM"),
          Map.entry("Ipv6", "IPv6"),
          Map.entry("Cpus", "CPUs"),
          Map.entry("Os", "OS"),
          Map.entry("Tty", "TTY"),
          Map.entry("Url", "URL"),
          Map.entry("Selinux", "SELinux"));

  private static final JsonInclude.Value NOT_NULL =
      JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS);
  private static final JsonInclude.Value NOT_EMPTY =
      JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS);

  /** As clients see it: empty text is left out, and what is {@link Stored}. */
  private static final ObjectMapper API = mapper(Api.class, String.class, Sensitive.class);

  /** Lossless: what is read back equals what was written, so empty text is kept apart from none. */
  private static final ObjectMapper STORED = mapper(Stored.class);

  private static final ObjectWriter API_PARTS =
      API.writer()
          .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .without(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);

  private Json() {}

  /**
   * Leaves out what is null, empty collections (their absence is read as empty), and what is empty
   * of the types {@code omittedWhenEmpty}.
   */
  private static ObjectMapper mapper(Class<?> view, Class<?>... omittedWhenEmpty) {
    JsonMapper.Builder builder =
        JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new Jdk8Module())
            .propertyNamingStrategy(new GoNames())
            .configure(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES, view == Api.class)
            .enable(MapperFeature.DEFAULT_VIEW_INCLUSION)
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .defaultPropertyInclusion(NOT_NULL)
            .withCoercionConfig(
                LogicalType.Integer,
                c -> c.setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
            .withCoercionConfig(
                LogicalType.Textual,
                c ->
                    c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    if (view == Api.class) {
      builder.annotationIntrospector(new UnsignedReader.Finder());
    }
    for (Class<?> collection : List.of(List.class, Map.class)) {
      builder.withConfigOverride(
          collection,
          c ->
              c.setInclude(NOT_EMPTY)
                  .setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)));
    }
    for (Class<?> type : omittedWhenEmpty) {
      builder.withConfigOverride(type, c -> c.setInclude(NOT_EMPTY));
    }
    ObjectMapper mapper = builder.build();
    mapper.setConfig(mapper.getSerializationConfig().withView(view));
    mapper.setConfig(mapper.getDeserializationConfig().withView(view));
    return mapper;
  }

  /** What the API's clients may see of {@code value}, as JSON text. */
  public static String api(Object value) {
    return write(API, value);
  }

  /**
   * As {@link #api(Object)}, in UTF-8, part by part: the whole text is never in memory. {@code out}
   * is neither flushed nor closed.
   */
  public static void api(Object value, OutputStream out) throws IOException {
    API_PARTS.writeValue(out, value);
  }

  /**
   * As {@link #storedBytes(Object)}; empty when these are more than {@code max}, which is found out
   * without taking more memory than so many.
   */
  public static Optional<byte[]> storedBytes(Object value, int max) {
    Bounded out = new Bounded(max);
    try {
      STORED.writeValue(out, value);
      return Optional.of(out.taken.toByteArray());
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static final class Bounded extends OutputStream {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final int max;

    Bounded(int max) {
      this.max = max;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      if (taken.size() + length > max) {
        throw new IOException("more than " + max + " bytes");
      }
      taken.write(from, offset, length);
    }
  }

  /** How many bytes {@link #storedBytes(Object)} would give; takes no memory for them. */
  public static long storedLength(Object value) {
    Counting counted = new Counting();
    try {
      STORED.writeValue(counted, value);
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    } catch (IOException e) {
      throw new IllegalStateException("counting cannot fail", e);
    }
    return counted.bytes;
  }

  private static final class Counting extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      bytes += length;
    }
  }

  /** All of {@code value}, as JSON text, for the log, the bus and files; never for a client. */
  public static String stored(Object value) {
    return write(STORED, value);
  }

  /** All of {@code value}, as UTF-8 JSON bytes. */
  public static byte[] storedBytes(Object value) {
    try {
      return STORED.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    }
  }

  /**
   * Reads what {@link #stored} or {@link #storedBytes} wrote. Bugs aside it never fails: the bytes
   * are our own.
   */
  public static <T> T readStored(byte[] json, Class<T> type) {
    try {
      return STORED.readValue(json, type);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read " + type.getSimpleName() + " from stored JSON", e);
    }
  }

  /**
   * A reader for what clients send. It ignores components marked {@link Stored}, so that no client
   * can set them.
   *
   * <p>Errors surface as {@link JsonProcessingException}; the caller puts them into the API's
   * words.
   */
  public static ObjectReader apiReader(Class<?> type) {
    return API.readerFor(type);
  }

  /**
   * The API's mapper itself, for trees (merging an engine's answer with ours). It shows what {@link
   * #api} shows and no more. Do not configure it.
   */
  public static ObjectMapper mapper() {
    return API;
  }

  private static String write(ObjectMapper mapper, Object value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    }
  }

  private static IllegalArgumentException unwritable(Object value, JsonProcessingException cause) {
    return new IllegalArgumentException(
        "cannot write " + value.getClass().getSimpleName() + " as JSON", cause);
  }

  /** Camel case to Go's exported names, word by word. */
  private static final class GoNames extends NamingBase {
    @Override
    public String translate(String name) {
      StringBuilder go = new StringBuilder();
      int start = 0;
      for (int i = 1; i <= name.length(); i++) {
        if (i == name.length() || Character.isUpperCase(name.charAt(i))) {
          String word = Character.toUpperCase(name.charAt(start)) + name.substring(start + 1, i);
          go.append(GO_WORDS.getOrDefault(word, word));
          start = i;
        }
      }
      return go.toString();
    }
  }
}
