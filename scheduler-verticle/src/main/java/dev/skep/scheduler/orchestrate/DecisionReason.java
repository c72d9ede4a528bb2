package dev.skep.scheduler.orchestrate;

import org.jspecify.annotations.Nullable;

/**
 * Why something is about to be committed; becomes one line of the log.
 *
 * @param what a constant message, such as "task replaced"
 * @param service the service's name or id; absent for decisions about nodes
 * @param task id of the task that it is about; absent when about several
 * @param node id of the node that it is about
 * @param count how many tasks it is about
 * @param why in words
 */
public record DecisionReason(
    String what,
    @Nullable String service,
    @Nullable String task,
    @Nullable String node,
    int count,
    String why) {}
