package dev.skep.gateway.service;

import dev.skep.store.model.Kind;
import dev.skep.store.state.ClusterState;
import java.util.List;
import java.util.random.RandomGenerator;

/** A name for a service whose user gave none: two words. */
final class RandomName {
  private static final List<String> FIRST =
      List.of(
          "able", "amber", "brave", "brisk", "calm", "clear", "clever", "crisp", "eager", "early",
          "fair", "fine", "fresh", "gentle", "glad", "golden", "happy", "keen", "kind", "light",
          "lively", "lucid", "merry", "mild", "neat", "noble", "plain", "quick", "quiet", "ready",
          "round", "sharp", "silver", "smart", "solid", "steady", "sunny", "swift", "warm", "wise");
  private static final List<String> SECOND =
      List.of(
          "acorn", "aspen", "basil", "birch", "brook", "cedar", "cliff", "clover", "cove", "creek",
          "dale", "delta", "elm", "fern", "field", "fjord", "glen", "grove", "harbor", "heath",
          "hill", "hollow", "island", "lagoon", "lake", "linden", "maple", "marsh", "meadow",
          "moss", "oak", "orchard", "pine", "pond", "reed", "ridge", "river", "sage", "spring",
          "willow");

  /** After so many taken names the id makes one that is free. */
  private static final int ATTEMPTS = 16;

  private RandomName() {}

  /**
   * A name that no service has.
   *
   * @param id of the service to be
   */
  static String free(ClusterState state, String id, RandomGenerator random) {
    String name = "";
    for (int i = 0; i < ATTEMPTS; i++) {
      name =
          FIRST.get(random.nextInt(FIRST.size())) + "_" + SECOND.get(random.nextInt(SECOND.size()));
      if (state.named(Kind.SERVICE, name).isEmpty()) {
        return name;
      }
    }
    return name + "_" + id;
  }
}
