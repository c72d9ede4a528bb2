package dev.skep.node.container;

import dev.skep.store.model.Blob;
import dev.skep.store.model.Config;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Task;
import dev.skep.store.model.VersionedData;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.template.Template;
import dev.skep.store.template.TemplateException;
import dev.skep.store.template.TemplateScope;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files in which a task's container finds its secrets and configs. They live in the host's
 * memory (tmpfs), in one folder for each task, and are bound into the container one by one. So they
 * are on no disk, and look in the container as with Swarm: {@code tmpfs on /run/secrets/name}.
 */
public final class TaskFiles {
  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");

  /** Nobody but root looks into it: what is in it has the ids of nodes and tasks as names. */
  private static final String ROOM = "skep-tasks";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** This node's own folders; nothing outside of them is ever written or removed. */
  private final List<Path> candidates;

  /**
   * @param memoryDirs directories that may be in memory, in order of preference; the first that is
   *     takes this node's folder
   */
  public TaskFiles(List<Path> memoryDirs, String nodeId) {
    this.candidates =
        memoryDirs.stream().map(dir -> dir.toAbsolutePath().resolve(ROOM).resolve(nodeId)).toList();
  }

  /**
   * Writes the task's files and says where they are to be mounted.
   *
   * @throws TaskFilesException when one of them is not known yet, or cannot be made as asked
   */
  public List<TaskMount> write(
      Task task, NodeFacts node, Map<String, Secret> secrets, Map<String, Config> configs) {
    ContainerSpec spec = ContainerRequest.containerOf(task);
    List<Payload> payloads = payloads(spec, secrets, configs);
    if (payloads.isEmpty()) {
      return List.of();
    }
    Map<String, Function<String, byte[]>> functions = functions(spec, payloads);
    TemplateScope scope = node.scope(task);
    try {
      Path folder = folder(task.id());
      delete(folder);
      makePrivate(folder);
      List<TaskMount> mounts = new ArrayList<>();
      for (Payload payload : payloads) {
        Path file = folder.resolve(Integer.toString(mounts.size()));
        byte[] bytes =
            payload.templated
                ? Template.expandData(
                    scope,
                    payload.noun() + " " + payload.name,
                    payload.secret,
                    payload.data.getBytes(),
                    functions)
                : payload.data.getBytes();
        place(file, bytes, payload);
        mounts.add(new TaskMount(file.toString(), payload.target));
      }
      return mounts;
    } catch (IOException e) {
      throw new TaskFilesException("cannot make the files of the task's secrets and configs: " + e);
    }
  }

  /** Removes a task's files, if there are any. */
  public void remove(String taskId) {
    for (Path candidate : candidates) {
      try {
        delete(candidate.resolve(taskId));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Removes all files of all tasks. */
  public void removeAll() {
    for (Path candidate : candidates) {
      try {
        delete(candidate);
        Files.deleteIfExists(Objects.requireNonNull(candidate.getParent()));
      } catch (DirectoryNotEmptyException e) {
        // Another node of this host has files there.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Removes the files of tasks that are not among {@code taskIds}. */
  public void keepOnly(Set<String> taskIds) {
    for (Path candidate : candidates) {
      if (Files.isDirectory(candidate)) {
        try (Stream<Path> folders = Files.list(candidate)) {
          for (Path folder : folders.toList()) {
            if (!taskIds.contains(folder.getFileName().toString())) {
              delete(folder);
            }
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private record Payload(
      String name,
      String target,
      String uid,
      String gid,
      int mode,
      Buffer data,
      boolean templated,
      boolean secret) {
    String noun() {
      return secret ? "secret" : "config";
    }
  }

  private static List<Payload> payloads(
      ContainerSpec spec, Map<String, Secret> secrets, Map<String, Config> configs) {
    List<Payload> payloads = new ArrayList<>();
    for (ContainerSpec.SecretReference reference : spec.secrets()) {
      ContainerSpec.FileTarget file = reference.file();
      if (file != null) {
        Secret secret = secrets.get(ContainerRequest.text(reference.secretId()));
        if (secret == null) {
          throw new TaskFilesException(
              "secret not found: " + ContainerRequest.text(reference.secretName()));
        }
        payloads.add(payload(file, "/run/secrets/", data(secret, reference.dataVersion()), true));
      }
    }
    for (ContainerSpec.ConfigReference reference : spec.configs()) {
      ContainerSpec.FileTarget file = reference.file();
      if (file != null) {
        Config config = configs.get(ContainerRequest.text(reference.configId()));
        if (config == null) {
          throw new TaskFilesException(
              "config not found: " + ContainerRequest.text(reference.configName()));
        }
        payloads.add(payload(file, "/", data(config, reference.dataVersion()), false));
      }
    }
    return payloads;
  }

  private static VersionedData data(Blob blob, long version) {
    return blob.data(version)
        .orElseThrow(() ->
            new TaskFilesException(
                "the data of %s %s that the task was made for (version %d) is not kept any more"
                    .formatted(blob.kind().noun(), blob.name(), version)));
  }

  private static Payload payload(
      ContainerSpec.FileTarget file, String base, VersionedData data, boolean secret) {
    String name = ContainerRequest.text(file.name());
    Buffer bytes = Buffer.buffer(Base64.getDecoder().decode(data.data().text()));
    Driver templating = data.templating();
    String engine = templating == null ? "" : ContainerRequest.text(templating.name());
    if (!engine.isEmpty() && !engine.equals("golang")) {
      throw new TaskFilesException("unrecognized template type: " + engine);
    }
    Integer mode = file.mode();
    return new Payload(
        name,
        name.startsWith("/") ? name : base + name,
        orZero(file.uid()),
        orZero(file.gid()),
        mode == null ? 0444 : mode & 07777,
        bytes,
        !engine.isEmpty(),
        secret);
  }

  /**
   * What a templated payload may call: other payloads of the same task by their target, and its
   * env.
   */
  private static Map<String, Function<String, byte[]>> functions(
      ContainerSpec spec, List<Payload> payloads) {
    Map<String, Function<String, byte[]>> functions = new HashMap<>();
    functions.put("secret", name -> content(payloads, name, true));
    functions.put("config", name -> content(payloads, name, false));
    functions.put(
        "env",
        name ->
            spec.env().stream()
                .filter(e -> e.startsWith(name + "="))
                .findFirst()
                .map(e -> e.substring(name.length() + 1))
                .orElse("")
                .getBytes(StandardCharsets.UTF_8));
    return functions;
  }

  private static byte[] content(List<Payload> payloads, String name, boolean secret) {
    for (Payload payload : payloads) {
      if (payload.secret == secret && payload.name.equals(name)) {
        return payload.data.getBytes();
      }
    }
    throw new TemplateException((secret ? "secret" : "config") + " target %s not found", name);
  }

  /**
   * The folder, its parents in the room included, for the owner alone. Memory folders such as
   * /dev/shm are everybody's, so what somebody else put there in advance is not used.
   */
  private static void makePrivate(Path folder) throws IOException {
    Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Path node = Objects.requireNonNull(folder.getParent());
    Path room = Objects.requireNonNull(node.getParent());
    if (!Files.isDirectory(room, LinkOption.NOFOLLOW_LINKS)
        || !Files.getOwner(folder).equals(Files.getOwner(room))) {
      delete(folder);
      throw new TaskFilesException(
          "secrets and configs are kept in " + room + ", and that is somebody else's: remove it");
    }
    Files.setPosixFilePermissions(room, OWNER_ONLY);
  }

  private static void place(Path file, byte[] bytes, Payload payload) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, bytes, StandardOpenOption.WRITE);
    int uid = id(payload.uid, "uid", payload.name);
    int gid = id(payload.gid, "gid", payload.name);
    if ((int) Files.getAttribute(file, "unix:uid") != uid) {
      Files.setAttribute(file, "unix:uid", uid);
    }
    if ((int) Files.getAttribute(file, "unix:gid") != gid) {
      Files.setAttribute(file, "unix:gid", gid);
    }
    Files.setAttribute(file, "unix:mode", payload.mode);
  }

  private static int id(String text, String what, String name) {
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new TaskFilesException("invalid " + what + " '" + text + "' for the file " + name);
    }
  }

  private Path folder(String taskId) throws IOException {
    for (Path candidate : candidates) {
      if (MEMORY.contains(Files.getFileStore(existing(candidate)).type())) {
        return candidate.resolve(taskId);
      }
    }
    throw new TaskFilesException(
        "secrets and configs are kept in memory, and none of "
            + candidates
            + " is on a tmpfs: mount one there");
  }

  /** The nearest directory that exists. */
  private static Path existing(Path path) {
    Path parent = path.getParent();
    return parent == null || Files.exists(path) ? path : existing(parent);
  }

  private static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  private static String orZero(@Nullable String id) {
    return id == null || id.isEmpty() ? "0" : id;
  }
}
