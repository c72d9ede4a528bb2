package dev.skep.ingress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many connections this node takes at once. Each may need a second socket, towards its task; a
 * client that was taken and cannot have one could only be turned away. So no more are taken than
 * the process has file descriptors for; the others wait in the kernel's queue. The rest of the
 * daemon keeps some, too.
 *
 * <p>Clients may not have all places: some are for other nodes' ingresses only. Those come for
 * tasks of this node, which is all that they wait for, so they always get on; and two nodes whose
 * clients wait for each other do as well. Any thread may ask.
 */
final class Places {
  /** Sockets of one connection. */
  private static final int SOCKETS = 2;

  /** Part of the process's file descriptors that the ingress may take. */
  private static final double INGRESS = 0.75;

  /** Part of the places that clients may have. */
  private static final double CLIENTS = 0.75;

  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Pattern OPEN_FILES = Pattern.compile("Max open files +(\\d+)");

  /** What every system gives, where it does not say. */
  private static final long DESCRIPTORS = 1024;

  private final int all;
  private final int forClients;
  private final AtomicInteger clients = new AtomicInteger();
  private final AtomicInteger nodes = new AtomicInteger();

  private Places(int all) {
    this.all = Math.max(all, 2);
    this.forClients = Math.max((int) (this.all * CLIENTS), 1);
  }

  /** From what the system lets this process have open. */
  static Places ofThisProcess() {
    try {
      Matcher soft = OPEN_FILES.matcher(Files.readString(LIMITS));
      return within(soft.find() ? Long.parseLong(soft.group(1)) : DESCRIPTORS);
    } catch (IOException e) {
      return within(DESCRIPTORS);
    }
  }

  /**
   * @param descriptors that the process may have open
   */
  static Places within(long descriptors) {
    return new Places((int) Math.min(descriptors * INGRESS / SOCKETS, Integer.MAX_VALUE));
  }

  /** One of the two sorts of guests. */
  interface Door {
    /** Whether one more may come in now. */
    boolean isOpen();

    /** Somebody came in. */
    void enter();

    /** Somebody who came in has left. */
    void leave();
  }

  Door forClients() {
    return door(clients, forClients);
  }

  Door forNodes() {
    return door(nodes, all);
  }

  private Door door(AtomicInteger inside, int most) {
    return new Door() {
      @Override
      public boolean isOpen() {
        return inside.get() < most && clients.get() + nodes.get() < all;
      }

      @Override
      public void enter() {
        inside.incrementAndGet();
      }

      @Override
      public void leave() {
        inside.decrementAndGet();
      }
    };
  }
}
