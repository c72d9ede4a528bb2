package dev.skep.gateway.network;

import dev.skep.gateway.api.Filters;
import dev.skep.store.model.Network;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The filters of GET /networks, for the swarm's part of the list; the engine checks the keys. */
record NetworkFilter(Filters filters) implements Predicate<Network> {
  @Override
  public boolean test(Network network) {
    return !network.predefined()
        && found("name", network.name())
        && found("id", network.id())
        && filters.exactly("driver", NetworkView.driver(network))
        && filters.exactly("scope", "swarm")
        && filters.exactly("type", "custom")
        && filters.labels("label", network.spec().labels())
        && filters.any("dangling", NetworkFilter::isFalse);
  }

  /** Whether a value of the key is found in the text, as a pattern. */
  private boolean found(String key, String text) {
    return filters.any(
        key,
        value -> {
          try {
            return value.equals(text) || Pattern.compile(value).matcher(text).find();
          } catch (PatternSyntaxException e) {
            return text.contains(value);
          }
        });
  }

  private static boolean isFalse(String value) {
    return value.equals("false") || value.equals("0");
  }
}
