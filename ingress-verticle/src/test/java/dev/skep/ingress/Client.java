package dev.skep.ingress;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that talks in lines. */
public final class Client implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final BufferedReader in;

  private Client(Socket socket) throws IOException {
    this.socket = socket;
    this.in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  public static Socket socket(String address, int port) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), TIMEOUT_MILLIS);
    return socket;
  }

  public static Client to(String address, int port) throws IOException {
    return new Client(socket(address, port));
  }

  /** One question on a connection of its own: the id of the task that answered. */
  public static String ask(String address, int port) throws IOException {
    try (Client client = to(address, port)) {
      return client.ask("hello");
    }
  }

  /** The id of the task that answered. */
  public String ask(String line) throws IOException {
    say(line);
    String answer = hear();
    int colon = answer.indexOf(':');
    if (!answer.substring(colon + 1).equals(line)) {
      throw new IOException("asked " + line + ", heard " + answer);
    }
    return answer.substring(0, colon);
  }

  public void say(String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  public String hear() throws IOException {
    String line = in.readLine();
    if (line == null) {
      throw new EOFException("the connection ended");
    }
    return line;
  }

  public Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
