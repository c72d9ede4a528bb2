package dev.skep.store.state;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.skep.store.model.Kind;

/** Why a transaction was not committed; nothing of it was. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
@JsonSubTypes({
  @JsonSubTypes.Type(value = Refusal.OutOfSequence.class, name = "out-of-sequence"),
  @JsonSubTypes.Type(value = Refusal.NameConflict.class, name = "name-conflict"),
  @JsonSubTypes.Type(value = Refusal.IdTaken.class, name = "id-taken"),
  @JsonSubTypes.Type(value = Refusal.NotFound.class, name = "not-found"),
  @JsonSubTypes.Type(value = Refusal.Overtaken.class, name = "overtaken"),
  @JsonSubTypes.Type(value = Refusal.StaleTerm.class, name = "stale-term"),
  @JsonSubTypes.Type(value = Refusal.NotLeader.class, name = "not-leader"),
  @JsonSubTypes.Type(value = Refusal.Compacted.class, name = "compacted"),
  @JsonSubTypes.Type(value = Refusal.LimitReached.class, name = "limit-reached"),
  @JsonSubTypes.Type(value = Refusal.TooLarge.class, name = "too-large"),
  @JsonSubTypes.Type(value = Refusal.EntryTooLarge.class, name = "entry-too-large")
})
public sealed interface Refusal {
  /** What happened, in words. */
  String message();

  /** The object was written since it was read. */
  record OutOfSequence(Kind kind, String id, long expected, long stored) implements Refusal {
    @Override
    public String message() {
      return "update out of sequence";
    }
  }

  record NameConflict(Kind kind, String name, String existingId) implements Refusal {
    @Override
    public String message() {
      return "name conflicts with an existing object: "
          + kind.noun()
          + " "
          + name
          + " already exists";
    }
  }

  record IdTaken(Kind kind, String id) implements Refusal {
    @Override
    public String message() {
      return kind.noun() + " " + id + " already exists";
    }
  }

  record NotFound(Kind kind, String id) implements Refusal {
    @Override
    public String message() {
      return kind.noun() + " " + id + " not found";
    }
  }

  /**
   * Objects of a kind that the decision looked at were written since; read again and decide again.
   */
  record Overtaken(Kind kind, long since) implements Refusal {
    @Override
    public String message() {
      return kind.noun()
          + " objects changed after index "
          + since
          + " on which the change was decided; read again and retry";
    }
  }

  record StaleTerm(long term, long current) implements Refusal {
    @Override
    public String message() {
      return "the term "
          + term
          + " under which the change was decided is over; the current one is "
          + current;
    }
  }

  record NotLeader(String detail) implements Refusal {
    @Override
    public String message() {
      return "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";
    }
  }

  /** The changes that a watch asked for are no longer kept. */
  record Compacted(long asked, long oldest) implements Refusal {
    @Override
    public String message() {
      return "changes after index "
          + asked
          + " are no longer kept; the oldest kept one is "
          + oldest
          + ", take a snapshot and watch from its index";
    }
  }

  /**
   * There would be more than the swarm may have.
   *
   * @param what there would be too many of
   * @param setting by which the limit is raised
   */
  record LimitReached(String what, long asked, long limit, String setting) implements Refusal {
    @Override
    public String message() {
      return "the swarm would have %d %s; at most %d fit this manager. Remove some or ask for fewer, or raise %s in skep.yaml of the managers"
          .formatted(asked, what, limit, setting);
    }
  }

  /** An object is larger than any may be. */
  record TooLarge(Kind kind, String name, String part, long bytes, long limit) implements Refusal {
    @Override
    public String message() {
      return "the %s of %s %s takes %d bytes; at most %d can be stored"
          .formatted(part, kind.noun(), name, bytes, limit);
    }
  }

  /** The transaction is longer than an entry of the log may be. */
  record EntryTooLarge(int steps, long limit) implements Refusal {
    @Override
    public String message() {
      return "a change of %d steps is longer than the %d bytes that can be committed at once"
          .formatted(steps, limit);
    }
  }
}
