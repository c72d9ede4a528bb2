package dev.skep.store.model.spec;

import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Unsigned;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A mount in a container, as the Engine API has it.
 *
 * @param type bind, volume, tmpfs, npipe, image or cluster
 */
@RecordBuilder
public record Mount(
    @Nullable String type,
    @Nullable String source,
    @Nullable String target,
    @Nullable Boolean readOnly,
    @Nullable String consistency,
    @Nullable BindOptions bindOptions,
    @Nullable VolumeOptions volumeOptions,
    @Nullable ImageOptions imageOptions,
    @Nullable TmpfsOptions tmpfsOptions,
    @Nullable ClusterOptions clusterOptions)
    implements MountBuilder.With {

  @RecordBuilder
  public record BindOptions(
      @Nullable String propagation,
      @Nullable Boolean nonRecursive,
      @Nullable Boolean createMountpoint,
      @Nullable Boolean readOnlyNonRecursive,
      @Nullable Boolean readOnlyForceRecursive)
      implements MountBindOptionsBuilder.With {}

  public record VolumeOptions(
      @Nullable Boolean noCopy,
      Map<String, String> labels,
      @Nullable Driver driverConfig,
      @Nullable String subpath) {
    public VolumeOptions {
      labels = Copies.map(labels);
    }
  }

  public record ImageOptions(@Nullable String subpath) {}

  /**
   * @param sizeBytes size limit in bytes
   * @param mode Unix permission bits
   */
  public record TmpfsOptions(
      @Nullable Long sizeBytes, @Unsigned @Nullable Integer mode, List<List<String>> options) {
    public TmpfsOptions {
      options = Copies.list(options);
    }
  }

  public record ClusterOptions() {}
}
