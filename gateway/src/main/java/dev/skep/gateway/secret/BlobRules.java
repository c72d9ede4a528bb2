package dev.skep.gateway.secret;

import dev.skep.gateway.api.ApiError;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.SwarmObject;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a secret or config may hold, and what of it may change. Pure. */
final class BlobRules {
  private static final Pattern NAME =
      Pattern.compile("[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?");
  private static final int MAX_NAME = 64;
  private static final int BASE64_GROUP = 4;
  private static final String TEMPLATE_ENGINE = "golang";

  private BlobRules() {}

  /** The name, checked. */
  static String name(Asked asked) {
    String name = asked.nameOrEmpty();
    if (name.isEmpty()) {
      throw ApiError.invalidArgument("name must be provided");
    }
    if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
      throw ApiError.invalidArgument(
          "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character"
              + " must be [a-zA-Z0-9]");
    }
    return name;
  }

  /** The data in base64, checked. */
  static Sensitive data(Asked asked, BlobKind<?> kind) {
    if (asked.driver() != null) {
      throw ApiError.notImplemented(
          "Driver is not supported: Skep keeps the data of a "
              + kind.kind().noun()
              + " in its own store; give Data instead");
    }
    String engine = asked.templating() == null ? null : asked.templating().name();
    if (asked.templating() != null && !TEMPLATE_ENGINE.equals(engine)) {
      throw ApiError.badRequest(
          "unrecognized template type " + (engine == null ? "" : engine) + "; use golang");
    }
    byte[] data = decoded(asked.data());
    if (data.length == 0 || data.length >= kind.maxBytes()) {
      throw ApiError.invalidArgument(
          "%s data must be larger than 0 and less than %d bytes"
              .formatted(kind.kind().noun(), kind.maxBytes()));
    }
    return new Sensitive(Base64.getEncoder().encodeToString(data));
  }

  /** Nothing but labels may change; what is said of the rest must be what is stored. */
  static <T extends SwarmObject> void onlyLabels(Asked asked, T stored, BlobKind<T> kind) {
    boolean sameData =
        asked.data() == null
            || asked.data().text().isEmpty()
            || Arrays.equals(decoded(asked.data()), Base64.getDecoder().decode(kind.data(stored)));
    boolean sameTemplating =
        asked.templating() == null || Objects.equals(asked.templating(), kind.templating(stored));
    if (!asked.nameOrEmpty().equals(stored.name())
        || !sameData
        || !sameTemplating
        || asked.driver() != null) {
      throw ApiError.invalidArgument("only updates to Labels are allowed");
    }
  }

  private static byte[] decoded(@Nullable Sensitive base64) {
    if (base64 == null) {
      return new byte[0];
    }
    String text = base64.text().replace("\r", "").replace("\n", "");
    try {
      if (text.length() % BASE64_GROUP != 0) {
        throw new IllegalArgumentException("padding");
      }
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw ApiError.badRequest("illegal base64 data in Data");
    }
  }
}
