package dev.skep.ingress.socket;

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
 * <p>Clients may not fill all of it: some room is for other nodes' ingresses only. Those come for
 * tasks of this node, which is all that they wait for, so they always get on; and two nodes whose
 * clients wait for each other do as well. Any thread may ask.
 */
public final class ConnectionLimit {
  /** Sockets of one connection. */
  private static final int SOCKETS = 2;

  /** Part of the process's file descriptors that the ingress may take. */
  private static final double INGRESS = 0.75;

  /** Part of the connections that may be clients'. */
  private static final double CLIENTS = 0.75;

  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Pattern OPEN_FILES = Pattern.compile("Max open files +(\\d+)");

  /** What every system gives, where it does not say. */
  private static final long DESCRIPTORS = 1024;

  private final int all;
  private final int forClients;
  private final AtomicInteger clients = new AtomicInteger();
  private final AtomicInteger nodes = new AtomicInteger();

  private ConnectionLimit(int all) {
    this.all = Math.max(all, 2);
    this.forClients = Math.max((int) (this.all * CLIENTS), 1);
  }

  /** From what the system lets this process have open. */
  public static ConnectionLimit ofThisProcess() {
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
  public static ConnectionLimit within(long descriptors) {
    return new ConnectionLimit((int) Math.min(descriptors * INGRESS / SOCKETS, Integer.MAX_VALUE));
  }

  /** The room for one of the two sorts of connections. */
  public interface Permits {
    /** Whether one more may be taken now. */
    boolean available();

    /** One was taken. */
    void acquire();

    /** One that was taken is closed. */
    void release();
  }

  public Permits forClients() {
    return permits(clients, forClients);
  }

  public Permits forNodes() {
    return permits(nodes, all);
  }

  private Permits permits(AtomicInteger open, int most) {
    return new Permits() {
      @Override
      public boolean available() {
        return open.get() < most && clients.get() + nodes.get() < all;
      }

      @Override
      public void acquire() {
        open.incrementAndGet();
      }

      @Override
      public void release() {
        open.decrementAndGet();
      }
    };
  }
}
