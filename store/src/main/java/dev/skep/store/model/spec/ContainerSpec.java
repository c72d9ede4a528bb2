package dev.skep.store.model.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonView;
import dev.skep.store.model.Kind;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.json.Unsigned;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The container that each task of a service runs. Names, units and meaning are the Engine API's
 * (definition {@code TaskSpec.ContainerSpec}).
 *
 * @param image reference or {@code sha256:} id of the image
 * @param command replaces the image's entrypoint when not empty
 * @param args replaces the image's command when not empty
 * @param env {@code NAME=value} pairs; may hold templates
 * @param stopGracePeriod nanoseconds between the stop signal and the kill; 10 s when absent
 */
@RecordBuilder
public record ContainerSpec(
    @Nullable String image,
    Map<String, String> labels,
    List<String> command,
    List<String> args,
    @Nullable String hostname,
    List<String> env,
    @Nullable String dir,
    @Nullable String user,
    List<String> groups,
    @Nullable Privileges privileges,
    @Nullable Boolean tty,
    @Nullable Boolean openStdin,
    @Nullable Boolean readOnly,
    List<Mount> mounts,
    @Nullable String stopSignal,
    @Nullable Long stopGracePeriod,
    @Nullable Healthcheck healthcheck,
    List<String> hosts,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable DnsConfig dnsConfig,
    List<SecretReference> secrets,
    @Nullable Long oomScoreAdj,
    List<ConfigReference> configs,
    @Nullable String isolation,
    @Nullable Boolean init,
    Map<String, String> sysctls,
    List<String> capabilityAdd,
    List<String> capabilityDrop,
    List<Ulimit> ulimits)
    implements ContainerSpecBuilder.With {

  public ContainerSpec {
    labels = Copies.map(labels);
    command = Copies.texts(command);
    args = Copies.texts(args);
    env = Copies.texts(env);
    groups = Copies.texts(groups);
    mounts = Copies.list(mounts);
    hosts = Copies.texts(hosts);
    secrets = Copies.list(secrets);
    configs = Copies.list(configs);
    sysctls = Copies.map(sysctls);
    capabilityAdd = Copies.texts(capabilityAdd);
    capabilityDrop = Copies.texts(capabilityDrop);
    ulimits = Copies.list(ulimits);
  }

  /** A container of {@code image} with nothing else said. */
  public static ContainerSpec of(String image) {
    return ContainerSpecBuilder.builder().image(image).build();
  }

  /** The versions of its data at which the container reads a secret or config. */
  public Stream<Long> dataVersions(Kind kind, String id) {
    return kind == Kind.SECRET
        ? secrets.stream()
            .filter(ref -> id.equals(ref.secretId()))
            .map(SecretReference::dataVersion)
        : configs.stream()
            .filter(ref -> id.equals(ref.configId()))
            .map(ConfigReference::dataVersion);
  }

  /** The same container, reading a secret or config at another version of its data. */
  public ContainerSpec withDataVersion(Kind kind, String id, long version) {
    return kind == Kind.SECRET
        ? withSecrets(
            secrets.stream()
                .map(ref ->
                    id.equals(ref.secretId())
                        ? new SecretReference(ref.file(), id, ref.secretName(), version)
                        : ref)
                .toList())
        : withConfigs(
            configs.stream()
                .map(ref ->
                    id.equals(ref.configId())
                        ? new ConfigReference(
                            ref.file(), ref.runtime(), id, ref.configName(), version)
                        : ref)
                .toList());
  }

  /** What the container may do beyond or short of the default. */
  public record Privileges(
      @Nullable CredentialSpec credentialSpec,
      @Nullable SelinuxContext selinuxContext,
      @Nullable Seccomp seccomp,
      @Nullable AppArmor appArmor,
      @Nullable Boolean noNewPrivileges) {}

  /** Credentials of a managed service account (Windows). */
  public record CredentialSpec(
      @Nullable String config, @Nullable String file, @Nullable String registry) {}

  /** The SELinux label of the container. */
  public record SelinuxContext(
      @Nullable Boolean disable,
      @Nullable String user,
      @Nullable String role,
      @Nullable String type,
      @Nullable String level) {}

  /**
   * The system calls that are let through.
   *
   * @param mode default, unconfined or custom
   * @param profile base64 of the profile's JSON, for custom
   */
  public record Seccomp(@Nullable String mode, @Nullable String profile) {}

  /** AppArmor confinement: default or disabled. */
  public record AppArmor(@Nullable String mode) {}

  /**
   * A probe of the container's health. Durations are in nanoseconds; 0 or absent inherits the
   * image's.
   *
   * @param test NONE, or CMD and words, or CMD-SHELL and a line
   */
  public record Healthcheck(
      List<String> test,
      @Nullable Long interval,
      @Nullable Long timeout,
      @Nullable Integer retries,
      @Nullable Long startPeriod,
      @Nullable Long startInterval) {
    public Healthcheck {
      test = Copies.texts(test);
    }
  }

  /** Name resolution inside the container. */
  public record DnsConfig(List<String> nameservers, List<String> search, List<String> options) {
    public DnsConfig {
      nameservers = Copies.texts(nameservers);
      search = Copies.texts(search);
      options = Copies.texts(options);
    }
  }

  /**
   * The file as which a secret or config appears.
   *
   * @param name path, or a name below /run/secrets (secrets) or / (configs)
   * @param uid numeric user id, as text
   * @param gid numeric group id, as text
   * @param mode Unix permission bits
   */
  public record FileTarget(
      @Nullable String name,
      @Nullable String uid,
      @Nullable String gid,
      @Unsigned @Nullable Integer mode) {}

  /**
   * A secret that the container reads.
   *
   * @param dataVersion which version of its data; clients neither see nor set it
   */
  public record SecretReference(
      @Nullable FileTarget file,
      @Nullable String secretId,
      @Nullable String secretName,
      @JsonView(Json.Stored.class) @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dataVersion) {
    /** A reference to the data that the secret was created with. */
    public SecretReference(
        @Nullable FileTarget file, @Nullable String secretId, @Nullable String secretName) {
      this(file, secretId, secretName, 0);
    }
  }

  /**
   * A config that the container reads, as a file or for the runtime only.
   *
   * @param dataVersion which version of its data; clients neither see nor set it
   */
  public record ConfigReference(
      @Nullable FileTarget file,
      @Nullable RuntimeTarget runtime,
      @Nullable String configId,
      @Nullable String configName,
      @JsonView(Json.Stored.class) @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dataVersion) {
    /** A reference to the data that the config was created with. */
    public ConfigReference(
        @Nullable FileTarget file,
        @Nullable RuntimeTarget runtime,
        @Nullable String configId,
        @Nullable String configName) {
      this(file, runtime, configId, configName, 0);
    }
  }

  /** Marks a config that is used by the runtime and mounted nowhere. */
  public record RuntimeTarget() {}

  /** A limit on what the container's processes may use. */
  public record Ulimit(@Nullable String name, @Nullable Long soft, @Nullable Long hard) {}
}
