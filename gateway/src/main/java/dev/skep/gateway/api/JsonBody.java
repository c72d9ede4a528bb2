package dev.skep.gateway.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.skep.store.model.Json;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads what clients send. Every way in which it can be wrong is a 400 in words. */
public final class JsonBody {
  private JsonBody() {}

  /** The body as an object of the model; what is not known is ignored. */
  public static <T> T read(Buffer body, Class<T> type) {
    String text = body.toString(StandardCharsets.UTF_8);
    JsonSyntax.check(text);
    try {
      T value = Json.apiReader(type).readValue(text);
      return value == null ? Json.apiReader(type).readValue("{}") : value;
    } catch (JsonMappingException e) {
      throw ApiError.badRequest("json: " + describe(e, text));
    } catch (JsonProcessingException e) {
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
    return "cannot unmarshal " + where + ": " + firstLine(e);
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

  private static String firstLine(JsonMappingException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String message =
        cause instanceof JsonMappingException j ? j.getOriginalMessage() : cause.getMessage();
    return message == null ? "the value is not allowed" : message.lines().findFirst().orElse("");
  }
}
