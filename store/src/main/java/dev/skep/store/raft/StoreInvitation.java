package dev.skep.store.raft;

import dev.skep.store.model.Sensitive;

/**
 * What a new member must be told before it can be added, over a way that nobody else can read.
 *
 * @param group the id of the members' group, a UUID; another one after one of them went on alone
 * @param key the key that all members seal the store with, in base64
 */
public record StoreInvitation(String group, Sensitive key) {}
