package dev.skep.store.raft;

/** Who else is in a member's group when a run of its log begins, as far as is known. */
enum Company {
  /** Nobody, and nobody is listened to. */
  NONE,
  /** Nobody yet, but others are to come. */
  EXPECTED,
  /** Others, or it is not known: they may have added this member. */
  OTHERS;

  /** Whether nobody else can win the first election. */
  boolean electsItself() {
    return this != OTHERS;
  }
}
