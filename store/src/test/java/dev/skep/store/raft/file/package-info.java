@NullMarked
package dev.skep.store.raft.file;

import org.jspecify.annotations.NullMarked;
