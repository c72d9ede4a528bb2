package dev.skep.gateway.service.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ServiceSpec;
import java.util.Set;
import java.util.TreeSet;

/**
 * Two updates of a service that began with the same spec, made into one: of each field what the one
 * changed that changed it. Fields are those of the API's JSON; a list is one field, and so is an
 * object whose parts mean nothing without each other. Pure.
 */
public final class SpecMerge {
  /** A driver and its options, what a health check asks and how often, a profile and its mode. */
  private static final Set<String> WHOLE = Set.of("LogDriver", "Healthcheck", "Privileges");

  /** Counting it up asks for new tasks. Two clients that do so ask twice. */
  private static final Set<String> COUNTERS = Set.of("ForceUpdate");

  private static final JsonNode ABSENT = JsonNodeFactory.instance.missingNode();

  private SpecMerge() {}

  /**
   * The spec with both changes.
   *
   * @param base what both began with
   * @param asked what the present client makes of it
   * @param stored what another one made of it meanwhile
   * @throws ApiError when both changed the same field
   */
  public static ServiceSpec of(ServiceSpec base, ServiceSpec asked, ServiceSpec stored) {
    JsonNode merged = merge("", tree(base), tree(asked), tree(stored));
    try {
      return Json.apiReader(ServiceSpec.class).readValue(merged);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a merged spec is none: " + merged, e);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static JsonNode tree(ServiceSpec spec) {
    return Json.mapper().valueToTree(spec);
  }

  private static JsonNode merge(String field, JsonNode base, JsonNode asked, JsonNode stored) {
    if (asked.equals(base)) {
      return stored;
    }
    if (stored.equals(base)) {
      return asked;
    }
    if (asked instanceof ObjectNode a && stored instanceof ObjectNode s && !WHOLE.contains(field)) {
      return fields(base, a, s);
    }
    if (asked.equals(stored) && !COUNTERS.contains(field)) {
      return stored;
    }
    throw ApiError.outOfSequence();
  }

  private static JsonNode fields(JsonNode base, ObjectNode asked, ObjectNode stored) {
    Set<String> names = new TreeSet<>();
    asked.fieldNames().forEachRemaining(names::add);
    stored.fieldNames().forEachRemaining(names::add);
    ObjectNode merged = JsonNodeFactory.instance.objectNode();
    for (String name : names) {
      JsonNode field = merge(name, part(base, name), part(asked, name), part(stored, name));
      if (!field.isMissingNode()) {
        merged.set(name, field);
      }
    }
    return merged;
  }

  private static JsonNode part(JsonNode of, String name) {
    JsonNode part = of.get(name);
    return part == null ? ABSENT : part;
  }
}
