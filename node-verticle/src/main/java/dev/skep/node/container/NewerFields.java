package dev.skep.node.container;

import dev.skep.engine.http.ApiVersion;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpec.Healthcheck;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.Mount.BindOptions;
import dev.skep.store.model.spec.Mount.TmpfsOptions;
import dev.skep.store.model.spec.Mount.VolumeOptions;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a container that came to the Engine API after 1.41, the oldest version that Skep
 * drives. An older engine ignores a field that it does not know; so the task is refused instead.
 */
final class NewerFields {
  private final NodeFacts node;
  private final ApiVersion engine;

  private NewerFields(NodeFacts node, ApiVersion engine) {
    this.node = node;
    this.engine = engine;
  }

  /** Throws IllegalArgumentException for the first field that the engine does not know yet. */
  static void check(ContainerSpec spec, NodeFacts node, ApiVersion engine) {
    NewerFields fields = new NewerFields(node, engine);
    Healthcheck health = spec.healthcheck();
    fields.since(44, "HealthCheck.StartInterval", health == null ? null : health.startInterval());
    spec.mounts().forEach(fields::mount);
  }

  private void mount(Mount mount) {
    if ("image".equals(mount.type())) {
      since(48, "Mounts of type image", mount.type());
    }
    BindOptions bind = mount.bindOptions();
    if (bind != null) {
      since(42, "Mounts.BindOptions.CreateMountpoint", bind.createMountpoint());
      since(44, "Mounts.BindOptions.ReadOnlyNonRecursive", bind.readOnlyNonRecursive());
      since(44, "Mounts.BindOptions.ReadOnlyForceRecursive", bind.readOnlyForceRecursive());
    }
    VolumeOptions volume = mount.volumeOptions();
    since(45, "Mounts.VolumeOptions.Subpath", volume == null ? null : volume.subpath());
    TmpfsOptions tmpfs = mount.tmpfsOptions();
    if (tmpfs != null && !tmpfs.options().isEmpty()) {
      since(46, "Mounts.TmpfsOptions.Options", tmpfs.options());
    }
  }

  /**
   * @param value null, false, 0 and empty text ask for nothing
   */
  private void since(int minor, String field, @Nullable Object value) {
    boolean said = value != null && !value.equals(false) && !value.equals(0L) && !value.equals("");
    if (said && !engine.atLeast(1, minor)) {
      throw new IllegalArgumentException(
          "ContainerSpec.%s needs Engine API 1.%d, and the engine of node %s has %s: upgrade it, keep the service off this node, or leave the field out"
              .formatted(field, minor, node.hostname(), engine));
    }
  }
}
