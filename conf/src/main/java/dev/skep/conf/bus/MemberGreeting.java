package dev.skep.conf.bus;

import com.hazelcast.nio.MemberSocketInterceptor;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.Semaphore;

/**
 * What the ends of a connection between Hazelcast members say to each other first. Hazelcast reads
 * lengths from whoever connects and takes memory for them; so nobody gets that far without the bus
 * secret. It runs on Hazelcast's own threads for blocking work.
 */
final class MemberGreeting implements MemberSocketInterceptor {
  /**
   * Connections that may wait for the other end's proof at once: fewer than the threads that they
   * wait on, so that silent strangers do not keep members out.
   */
  private static final int MOST_WAITING = 8;

  private final BusProof proof;
  private final Semaphore waiting = new Semaphore(MOST_WAITING);

  MemberGreeting(BusProof proof) {
    this.proof = proof;
  }

  @Override
  public void init(Properties none) {}

  @Override
  public void onAccept(Socket socket) throws IOException {
    if (!waiting.tryAcquire()) {
      throw new IOException("too many connections wait to prove that they are members");
    }
    try {
      socket.setSoTimeout(BusProof.PATIENCE_MILLIS);
      InetSocketAddress door = (InetSocketAddress) socket.getLocalSocketAddress();
      OutputStream out = socket.getOutputStream();
      byte[] own = proof.challenge();
      out.write(own);
      byte[] answer = read(socket, 2 * BusProof.BYTES);
      byte[] other = Arrays.copyOf(answer, BusProof.BYTES);
      byte[] shown = Arrays.copyOfRange(answer, BusProof.BYTES, answer.length);
      if (!BusProof.same(proof.ofConnecting(door, own, other), shown)) {
        throw new IOException("who connects does not know the bus secret");
      }
      out.write(proof.ofAccepting(door, own, other));
      socket.setSoTimeout(0);
    } finally {
      waiting.release();
    }
  }

  @Override
  public void onConnect(Socket socket) throws IOException {
    socket.setSoTimeout(BusProof.PATIENCE_MILLIS);
    InetSocketAddress door = (InetSocketAddress) socket.getRemoteSocketAddress();
    byte[] other = read(socket, BusProof.BYTES);
    byte[] own = proof.challenge();
    byte[] answer = Arrays.copyOf(own, 2 * BusProof.BYTES);
    System.arraycopy(
        proof.ofConnecting(door, other, own), 0, answer, BusProof.BYTES, BusProof.BYTES);
    socket.getOutputStream().write(answer);
    if (!BusProof.same(proof.ofAccepting(door, other, own), read(socket, BusProof.BYTES))) {
      throw new IOException("who listens at " + door + " does not know the bus secret");
    }
    socket.setSoTimeout(0);
  }

  private static byte[] read(Socket socket, int bytes) throws IOException {
    try {
      byte[] read = new byte[bytes];
      new DataInputStream(socket.getInputStream()).readFully(read);
      return read;
    } catch (EOFException e) {
      throw new IOException("the other end hung up before it proved to be a member", e);
    }
  }
}
