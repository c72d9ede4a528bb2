/**
 * The talk with the leader: the session, the assignments that come over it, the reports that go
 * back, and what the leader is told of this node. It starts nothing and knows no task's state: what
 * assignments ask for is done by {@link dev.skep.node.task}.
 *
 * <p>Start at {@link dev.skep.node.agent.LeaderSession}.
 */
@NullMarked
package dev.skep.node.agent;

import org.jspecify.annotations.NullMarked;
