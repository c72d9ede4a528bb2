package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Text that must not reach a log, an error or a user: it prints as ***.
 *
 * @param text the thing itself; base64 for binary data, as the API carries it
 */
public record Sensitive(@JsonValue String text) {
  @JsonCreator
  public Sensitive {}

  @Override
  public String toString() {
    return "***";
  }
}
