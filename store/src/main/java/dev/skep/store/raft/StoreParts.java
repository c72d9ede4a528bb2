package dev.skep.store.raft;

import dev.skep.store.raft.file.LastEntry;
import dev.skep.store.replica.Replica;
import dev.skep.store.seal.Seal;
import java.util.List;
import org.apache.ratis.protocol.RaftGroupId;

/**
 * What all runs of a store's log have in common.
 *
 * @param group whose log it is
 * @param founders the members of a group that has no log yet; empty where the others have one
 * @param seal of what is written to the disk
 */
record StoreParts(
    RaftStoreOptions options,
    RaftGroupId group,
    List<String> founders,
    Replica replica,
    LastEntry lastEntry,
    Seal seal) {}
