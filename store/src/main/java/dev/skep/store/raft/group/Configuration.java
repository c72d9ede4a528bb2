package dev.skep.store.raft.group;

import dev.skep.store.net.HostPort;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftConfiguration;

/**
 * Who the members are or shall be.
 *
 * @param members of which more than half must have what is committed
 */
public record Configuration(List<RaftPeer> members) {
  public Configuration {
    members = List.copyOf(members);
  }

  static Configuration of(RaftConfiguration ratis) {
    return new Configuration(List.copyOf(ratis.getCurrentPeers()));
  }

  /** Whether it is a member. */
  public boolean has(String id) {
    return members.stream().anyMatch(is(id));
  }

  /** Whether it is a member at that address. */
  public boolean at(String id, HostPort address) {
    return members.stream()
        .filter(is(id))
        .anyMatch(peer -> peer.getAddress().equals(address.toString()));
  }

  private static Predicate<RaftPeer> is(String id) {
    return peer -> peer.getId().toString().equals(id);
  }

  /** With one more member. */
  public Configuration with(String id, HostPort address) {
    RaftPeer added =
        RaftPeer.newBuilder()
            .setId(id)
            .setAddress(address.toString())
            .setPriority(priority())
            .build();
    return new Configuration(Stream.concat(members.stream(), Stream.of(added)).toList());
  }

  /** Without a member. */
  public Configuration without(String id) {
    return new Configuration(members.stream().filter(is(id).negate()).toList());
  }

  /**
   * A member is at another address. Ratis takes a change of an address alone for no change; so all
   * members' priorities change with it, from the one value to the other. They stay equal: nobody is
   * to lead before others.
   */
  public Configuration moved(String id, HostPort address) {
    int other = 1 - priority();
    return new Configuration(
        members.stream()
            .map(peer -> {
              RaftPeer.Builder moved = RaftPeer.newBuilder(peer).setPriority(other);
              return is(id).test(peer)
                  ? moved.setAddress(address.toString()).build()
                  : moved.build();
            })
            .toList());
  }

  /** That of all members: 0 or 1. */
  private int priority() {
    return members.stream().mapToInt(RaftPeer::getPriority).max().orElse(0);
  }
}
