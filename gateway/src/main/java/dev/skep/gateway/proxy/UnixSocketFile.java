package dev.skep.gateway.proxy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the Unix socket that the gateway listens on: whoever may write to it is root on this
 * host.
 */
final class UnixSocketFile {

  private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

  /** The group that may use the engine's own socket, and so this one. */
  private static final String GROUP = "docker";

  /**
   * Makes room for a new socket: removes what a daemon left behind that died, and never what a
   * living one uses.
   *
   * @throws IOException if somebody listens there, or if the file is no socket
   */
  static void makeRoom(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      var parent = path.getParent();
      if (parent != null) {
        makeDirectory(path, parent);
      }
      return;
    }
    if (!isSocket(path)) {
      throw new BindException(
          "cannot listen on unix://"
              + path
              + ": that file is not a socket; remove it or choose another path");
    }
    if (isAlive(path)) {
      throw new BindException(
          "cannot listen on unix://"
              + path
              + ": a running daemon does; stop it or choose another path");
    }
    LOG.atInfo().addKeyValue("socket", path).log("removed the socket of a daemon that is gone");
    Files.delete(path);
  }

  private static void makeDirectory(Path path, Path parent) throws BindException {
    try {
      Files.createDirectories(parent);
    } catch (IOException e) {
      var why =
          switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "a file has its name";
            default -> String.valueOf(e.getMessage());
          };
      throw new BindException(
          "cannot listen on unix://%s: its directory %s cannot be made: %s; choose another path"
              .formatted(path, parent, why));
    }
  }

  /** Lets the owner and the docker group in, and nobody else. */
  static void restrict(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    try {
      var group =
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP);
      Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(group);
    } catch (UserPrincipalNotFoundException e) {
      LOG.atDebug()
          .addKeyValue("socket", path)
          .log("no docker group here; the socket stays with its owner's");
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("socket", path)
          .addKeyValue("cause", e.getMessage())
          .log("cannot give the socket to the docker group; only its owner's group can use it");
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    var mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return (mode & 0170000) == 0140000;
  }

  private static boolean isAlive(Path path) throws IOException {
    try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException e) {
      return false;
    }
  }

  private UnixSocketFile() {}
}
