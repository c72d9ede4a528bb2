/**
 * Who the members of a group are, as Ratis has it, and how it is told to change them. What may be
 * changed is decided before. Start with {@link dev.skep.store.raft.group.GroupAdmin}.
 */
@NullMarked
package dev.skep.store.raft.group;

import org.jspecify.annotations.NullMarked;
