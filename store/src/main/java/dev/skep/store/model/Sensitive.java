package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Text that must not reach a log, an error or a user: it prints as ***.
 *
 * @param text the thing itself; base64 for binary data, as the API carries it
 */
public record Sensitive(@JsonValue String text) {
  @JsonCreator
  public Sensitive {}

  /** Whether both are the same text, in a time that does not tell how much of it is. */
  public boolean matches(Sensitive other) {
    return MessageDigest.isEqual(
        text.getBytes(StandardCharsets.UTF_8), other.text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "***";
  }
}
