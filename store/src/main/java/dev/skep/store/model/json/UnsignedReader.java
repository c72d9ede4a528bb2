package dev.skep.store.model.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a number that is {@link Unsigned}. */
final class UnsignedReader extends StdScalarDeserializer<Number> {
  private final Class<?> type;
  private final boolean wide;

  private UnsignedReader(Class<?> type) {
    super(type);
    this.type = type;
    this.wide = type == Long.class || type == long.class;
  }

  /** Stands for Go's type in errors. */
  public static final class Uint32 {
    private Uint32() {}
  }

  /** Stands for Go's type in errors. */
  public static final class Uint64 {
    private Uint64() {}
  }

  /** Finds the numbers that are to be read by it. */
  static final class Finder extends JacksonAnnotationIntrospector {
    @Override
    public @Nullable Object findDeserializer(Annotated annotated) {
      return annotated.hasAnnotation(Unsigned.class)
          ? new UnsignedReader(annotated.getRawType())
          : super.findDeserializer(annotated);
    }
  }

  @Override
  public Number deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    boolean fits =
        parser.hasToken(JsonToken.VALUE_NUMBER_INT)
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
            && parser.getLongValue() >= 0
            && parser.getLongValue() <= (wide ? Long.MAX_VALUE : Integer.MAX_VALUE);
    if (!fits) {
      throw MismatchedInputException.from(
          parser, wide ? Uint64.class : Uint32.class, "not an unsigned number");
    }
    if (wide) {
      return parser.getLongValue();
    }
    return parser.getIntValue();
  }

  @Override
  public @Nullable Number getNullValue(DeserializationContext context) {
    if (!type.isPrimitive()) {
      return null;
    }
    if (wide) {
      return 0L;
    }
    return 0;
  }
}
