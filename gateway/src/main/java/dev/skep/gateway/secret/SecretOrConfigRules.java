package dev.skep.gateway.secret;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Blob;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.spec.Driver;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a secret or config may hold, and what of it may change. Pure. */
final class SecretOrConfigRules {
  private static final Pattern NAME =
      Pattern.compile("[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?");
  private static final int MAX_NAME = 64;
  private static final int BASE64_GROUP = 4;
  private static final int BYTES_IN_GROUP = 3;

  /**
   * Earlier data at most, in base64: twice the largest config is not reached, and the object with
   * all its data fits the store's largest transaction beside the services that use it.
   */
  private static final long MAX_PAST_CHARS = 2_000_000;

  private static final String TEMPLATE_ENGINE = "golang";

  private SecretOrConfigRules() {}

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
  static Sensitive data(Asked asked, SecretOrConfigKind<?> kind) {
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

  /** Whether an update is about the data: one without any is about labels. */
  static boolean says(Asked asked) {
    return asked.data() != null && !asked.data().text().isEmpty();
  }

  /**
   * Labels may change, and the data with its templating; what is said of the rest must be what is
   * stored. The words are Swarm's, which knows no change of data.
   */
  static void sameButData(Asked asked, Blob stored) {
    Driver templating = stored.currentData().templating();
    boolean sameTemplating =
        says(asked) || asked.templating() == null || Objects.equals(asked.templating(), templating);
    if (!asked.nameOrEmpty().equals(stored.name()) || !sameTemplating || asked.driver() != null) {
      throw ApiError.invalidArgument("only updates to Labels are allowed");
    }
  }

  static boolean sameBytes(Sensitive stored, Sensitive asked) {
    return Arrays.equals(decoded(stored), decoded(asked));
  }

  /** Throws {@link ApiError} when earlier data that services still need leaves no room for new. */
  static void checkKept(Blob blob, List<Service> users) {
    long past = blob.pastData().stream().mapToLong(data -> data.data().text().length()).sum();
    if (past > MAX_PAST_CHARS) {
      throw ApiError.badRequest(
          "%s '%s' has earlier data of %d bytes that these services run with or can go back to: %s; let their updates end, or make one of another name"
              .formatted(
                  blob.kind().noun(),
                  blob.name(),
                  past / BASE64_GROUP * BYTES_IN_GROUP,
                  users.stream().map(Service::name).sorted().collect(Collectors.joining(", "))));
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
