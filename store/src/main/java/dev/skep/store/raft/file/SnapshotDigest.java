package dev.skep.store.raft.file;

import dev.skep.store.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checksum that Ratis keeps beside the newest snapshot, in a file of its own. A snapshot is
 * sealed block by block and says how many objects follow, so it proves itself; a checksum that
 * cannot be read is made anew from a snapshot that can. Ratis would take such a snapshot for none.
 *
 * @param damaged the snapshot whose checksum is to be made anew; absent when there is nothing to do
 */
public record SnapshotDigest(@Nullable Path damaged) {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotDigest.class);

  static final String SUFFIX = ".md5";

  /** 32 digits and the snapshot's name. */
  private static final long BYTES_MAX = 1_024;

  private static final Pattern DIGEST = Pattern.compile("([0-9a-f]{32}) [ *](.+)\n?");

  /** Looks, and changes nothing. Throws IOException when neither file can be read. */
  static SnapshotDigest look(Path directory, Seal seal) throws IOException {
    Path snapshot = LogFiles.newestSnapshot(directory).orElse(null);
    if (snapshot == null) {
      return new SnapshotDigest(null);
    }
    Path file = of(snapshot);
    if (!Files.exists(file) || readable(file, snapshot)) {
      return new SnapshotDigest(null);
    }
    try {
      SnapshotFile.read(snapshot, seal);
    } catch (IOException e) {
      throw new IOException(
          "the checksum %s is damaged, and so is its snapshot: %s".formatted(file, e.getMessage()),
          e);
    }
    return new SnapshotDigest(snapshot);
  }

  public static Path of(Path snapshot) {
    return snapshot.resolveSibling(snapshot.getFileName() + SUFFIX);
  }

  private static boolean readable(Path file, Path snapshot) throws IOException {
    if (Files.size(file) > BYTES_MAX) {
      return false;
    }
    var digest =
        DIGEST.matcher(
            new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1));
    return digest.matches() && digest.group(2).equals(String.valueOf(snapshot.getFileName()));
  }

  void repair() throws IOException {
    if (damaged != null) {
      renew(damaged);
    }
  }

  /** Of a snapshot that can be read. */
  public static void renew(Path snapshot) throws IOException {
    LOG.atWarn()
        .addKeyValue("file", of(snapshot))
        .log("the checksum of a snapshot was damaged, the snapshot is not; made anew");
    Files.deleteIfExists(of(snapshot));
    MD5FileUtil.saveMD5File(snapshot.toFile(), MD5FileUtil.computeMd5ForFile(snapshot.toFile()));
  }
}
