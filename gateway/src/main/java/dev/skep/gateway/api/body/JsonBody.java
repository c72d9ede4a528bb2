package dev.skep.gateway.api.body;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.json.Json;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads what clients send. Every way in which it can be wrong is a 400 in words. */
public final class JsonBody {
  /** How Jackson begins to say that a record's component came a second time. */
  private static final String GIVEN_TWICE = "No fallback setter/field defined for creator property";

  private JsonBody() {}

  /** The body as an object of the model; what is not known is ignored. */
  public static <T> T read(Buffer body, Class<T> type) {
    String text = body.toString(StandardCharsets.UTF_8);
    try {
      T value = Json.apiReader(type).readValue(text);
      return value == null ? Json.apiReader(type).readValue("{}") : value;
    } catch (JsonMappingException e) {
      JsonSyntax.check(text);
      throw ApiError.badRequest("json: " + describe(e, text));
    } catch (JsonProcessingException e) {
      JsonSyntax.check(text);
      throw ApiError.badRequest("json: " + e.getOriginalMessage());
    }
  }

  private static String describe(JsonMappingException e, String text) {
    String field =
        e.getPath().stream()
            .map(p -> p.getFieldName() == null ? "[" + p.getIndex() + "]" : p.getFieldName())
            .collect(Collectors.joining("."))
            .replace(".[", "[");
    String where = field.isEmpty() ? "the request body" : "field " + field;
    if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
      return "cannot unmarshal %s into %s of type %s"
          .formatted(kind(e, text), where, typeName(mismatch.getTargetType()));
    }
    if (e.getCause() == null && String.valueOf(e.getMessage()).startsWith(GIVEN_TWICE)) {
      return where + " is given more than once (names do not differ by case)";
    }
    return "cannot unmarshal " + where + ": " + reason(e);
  }

  private static String typeName(Class<?> type) {
    if (Collection.class.isAssignableFrom(type)) {
      return "array";
    }
    if (Map.class.isAssignableFrom(type)) {
      return "map";
    }
    return switch (type.getSimpleName()) {
      case "String", "Sensitive" -> "string";
      case "Integer", "int", "Long", "long" -> "int";
      case "Uint32", "Uint64" -> type.getSimpleName().toLowerCase(Locale.ROOT);
      case "Double", "double" -> "float";
      case "Boolean", "boolean" -> "bool";
      default -> type.getSimpleName();
    };
  }

  /** What stands where the error is, in Go's words. */
  private static String kind(JsonMappingException e, String text) {
    try {
      JsonNode node = Json.mapper().readTree(text);
      for (JsonMappingException.Reference step : e.getPath()) {
        node =
            step.getFieldName() == null
                ? node.path(step.getIndex())
                : node.at(JsonPointer.empty().appendProperty(step.getFieldName()));
      }
      return switch (node.getNodeType()) {
        case STRING -> "string";
        case NUMBER -> "number " + node.asText();
        case BOOLEAN -> "bool";
        case ARRAY -> "array";
        case OBJECT -> "object";
        case NULL -> "null";
        case MISSING, BINARY, POJO -> "value";
      };
    } catch (JsonProcessingException unreadable) {
      return "value";
    }
  }

  /** What the model says against the value; Jackson's own words are about our types. */
  private static String reason(JsonMappingException e) {
    Throwable cause = e.getCause();
    String message =
        cause == null || cause instanceof JsonProcessingException ? null : cause.getMessage();
    return message == null
        ? "the value is not allowed"
        : message.lines().findFirst().orElse("the value is not allowed");
  }
}
