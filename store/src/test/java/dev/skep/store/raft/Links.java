package dev.skep.store.raft;

import dev.skep.store.net.HostPort;
import dev.skep.store.raft.transport.Transport;

/** What the members of a group in this process reach one another by. */
interface Links extends AutoCloseable {
  /** A new one for each time that the member's store is opened. */
  Transport of(String member);

  /** Where the others are told to find the member. */
  HostPort address(String member);

  /** From now on the member is at another address. */
  void move(String member);

  /** Everything gets everywhere again. */
  void heal();

  @Override
  void close();
}
