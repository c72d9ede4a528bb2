@NullMarked
package dev.skep.store.raft;

import org.jspecify.annotations.NullMarked;
