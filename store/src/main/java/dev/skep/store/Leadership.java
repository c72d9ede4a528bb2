package dev.skep.store;

import org.jspecify.annotations.Nullable;

/**
 * Who leads, as this member knows it.
 *
 * @param term grows with every change of leader; while nobody is known to lead, that of the last
 *     known leader, or a later one
 * @param leader the member's id, which is its node's; absent while nobody is known to lead
 * @param here whether it is this member, and it may decide: commits find their way to it
 */
public record Leadership(long term, @Nullable String leader, boolean here) {
  /** Before anybody has led. */
  public static final Leadership NONE = nobody(0);

  public Leadership {
    if (here && leader == null) {
      throw new IllegalArgumentException("nobody leads in term " + term + ", and this member does");
    }
  }

  /** This member leads. */
  public static Leadership here(long term, String self) {
    return new Leadership(term, self, true);
  }

  /** Another member leads, or this one that may not decide yet. */
  public static Leadership of(long term, String leader) {
    return new Leadership(term, leader, false);
  }

  /** Nobody is known to lead. */
  public static Leadership nobody(long term) {
    return new Leadership(term, null, false);
  }
}
