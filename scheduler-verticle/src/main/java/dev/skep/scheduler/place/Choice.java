package dev.skep.scheduler.place;

import dev.skep.store.model.Task;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Names the nodes for the tasks of a group, one after the other. */
interface Choice {
  /**
   * The best node that has room; absent when none has. The caller puts the task there before it
   * asks again.
   */
  @Nullable NodeLoad next();

  /**
   * What a choice is made for.
   *
   * @param like any task of the group
   */
  record Asked(Task like, Requirements requirements, Instant now) {
    boolean hasRoom(NodeLoad load) {
      return requirements.hasRoom(load);
    }

    boolean failing(NodeLoad load) {
      return load.failing(like, now);
    }

    int tasksOn(NodeLoad load) {
      return load.tasksOf(like.serviceId());
    }
  }
}
