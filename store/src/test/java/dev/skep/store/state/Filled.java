package dev.skep.store.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.skep.store.Samples;
import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.net.Subnet;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes records by their components, so that tests cover those that are added later too: either
 * with every component set, or with everything left out that may be.
 */
public final class Filled {
  private final boolean full;
  private int next;

  private Filled(boolean full) {
    this.full = full;
  }

  /** One object of every kind with every component set, down to the last record in it. */
  public static List<SwarmObject> everything() {
    Filled filled = new Filled(true);
    return Arrays.stream(Kind.values())
        .<SwarmObject>map(kind -> filled.record(kind.type()))
        .toList();
  }

  /** One object of every kind with its optional components absent and the others empty. */
  public static List<SwarmObject> nothing() {
    Filled bare = new Filled(false);
    return Arrays.stream(Kind.values()).<SwarmObject>map(kind -> bare.record(kind.type())).toList();
  }

  /** A record with every component set. */
  public static <T> T full(Class<T> type) {
    return new Filled(true).record(type);
  }

  private <T> T record(Class<T> type) {
    try {
      RecordComponent[] components = type.getRecordComponents();
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<T> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(
          Arrays.stream(components).map(this::component).toArray(Object[]::new));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("cannot make a " + type.getName(), e);
    }
  }

  private @Nullable Object component(RecordComponent component) {
    boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    if (!full && optional) {
      return null;
    }
    if (!full && component.getType() == String.class && !component.getName().equals("id")) {
      return "";
    }
    return value(component.getGenericType());
  }

  private Object value(Type type) {
    if (type instanceof ParameterizedType generic) {
      Object element =
          full
              ? value(generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1])
              : "";
      if (generic.getRawType() == List.class) {
        return full ? List.of(element) : List.of();
      }
      if (generic.getRawType() == Map.class) {
        return full ? Map.of("key" + next++, element) : Map.of();
      }
    }
    return scalar((Class<?>) type);
  }

  private Object scalar(Class<?> type) {
    next++;
    return switch (type.getName()) {
      case "java.lang.String" -> "text" + next;
      case "java.time.Instant" -> Samples.AT.plusNanos(next);
      case "int", "java.lang.Integer" -> next;
      case "long", "java.lang.Long" -> (1L << 40) + next;
      case "double" -> next / 8.0;
      case "boolean", "java.lang.Boolean" -> full;
      default -> composed(type);
    };
  }

  private Object composed(Class<?> type) {
    if (type == JsonNode.class) {
      return JsonNodeFactory.instance.objectNode().put("any", next);
    }
    if (type == Subnet.class) {
      return Subnet.parse("10.0.0.0/8").part(24, next);
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[next % type.getEnumConstants().length];
    }
    if (type.isRecord()) {
      return record(type);
    }
    throw new AssertionError("no value for a component of " + type);
  }
}
