package dev.skep.store.raft;

import dev.skep.store.Leadership;
import dev.skep.store.replica.Replica;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Who leads, as one run of Ratis says it. Ratis says it under its own locks, which a listener that
 * commits would wait for; so what it says is noted, and told by a thread of its own. Of several
 * changes at once the last is told. Any thread may call.
 */
final class KnownLeader {
  private final String self;
  private final Replica replica;
  private final ExecutorService telling =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("skep-store-leader").factory());
  private final Object turn = new Object();
  private long term;

  /** Of the last configuration in the log, with which a leader begins its term. */
  private long ownTerm;

  private @Nullable String leader;
  private boolean here;
  private boolean announced;
  private boolean ended;
  private boolean lastTold;

  /**
   * @param self this member's id
   * @param replica is told each change
   */
  KnownLeader(String self, Replica replica) {
    this.self = self;
    this.replica = replica;
    this.term = replica.leadership().term();
  }

  synchronized void term(long next) {
    ownTerm = next;
    term = Math.max(term, next);
  }

  /**
   * This member leads in the last term, and has applied all that was committed before. Nothing is
   * noted when a later term has begun meanwhile: another leads in that one.
   */
  synchronized void here() {
    if (ownTerm >= term) {
      note(ownTerm, self, true);
    }
  }

  void other(String id, long inTerm) {
    note(inTerm, id, false);
  }

  void nobody(long inTerm) {
    note(inTerm, null, false);
  }

  private synchronized void note(long inTerm, @Nullable String id, boolean leadsHere) {
    if (!ended) {
      term = Math.max(term, inTerm);
      leader = id;
      here = leadsHere;
      telling.execute(this::tell);
    }
  }

  /** What was noted so far is told when this returns, and from now on changes are. */
  void announce() {
    synchronized (this) {
      announced = true;
    }
    tell();
  }

  /** Nobody is known to lead, and nothing more is told. */
  void end() {
    synchronized (this) {
      leader = null;
      here = false;
      ended = true;
      telling.shutdown();
    }
    tell();
  }

  private void tell() {
    synchronized (turn) {
      Leadership now;
      synchronized (this) {
        if (!announced || lastTold) {
          return;
        }
        lastTold = ended;
        now = new Leadership(term, leader, here);
      }
      replica.lead(now);
    }
  }
}
