package dev.skep.store;

/**
 * Whether this member leads.
 *
 * @param term grows with every change of leader; the term of the last known leader when this member
 *     does not lead
 */
public record Leadership(boolean leader, long term) {
  public static final Leadership NONE = new Leadership(false, 0);
}
