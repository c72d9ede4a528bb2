package dev.skep.gateway.service.rules;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.Mount.VolumeOptions;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.template.Template;
import dev.skep.store.template.TemplateException;
import dev.skep.store.template.TemplateScope;
import java.util.Collection;
import java.util.Map;

/**
 * Whether the templates of a spec can be expanded, tried with values that stand for those of a
 * task: the user is told of a mistake at once, not by the first node that runs the task.
 */
final class TemplateRules {
  private final TemplateScope scope;

  private TemplateRules(Map<String, String> labels) {
    scope =
        new TemplateScope(
            "serviceid",
            "servicename",
            labels,
            "nodeid",
            "node",
            "linux",
            "x86_64",
            "taskid",
            "servicename.1.taskid",
            "1");
  }

  /**
   * Throws {@link ApiError} for a template that no task could use.
   *
   * @param labels of the service
   */
  static void check(TaskSpec task, Map<String, String> labels) {
    new TemplateRules(labels).check(task);
  }

  private void check(TaskSpec task) {
    ContainerSpec container = task.containerSpec();
    if (container == null) {
      return;
    }
    for (String line : container.env()) {
      expand("env", line.substring(line.indexOf('=') + 1));
    }
    container.mounts().forEach(this::mount);
    expand("hostname", OptionalText.orEmpty(container.hostname()));
    task.networks()
        .forEach(network -> {
          network.aliases().forEach(alias -> expand("alias", alias));
          expand("driver options", network.driverOpts().values());
        });
  }

  private void mount(Mount mount) {
    expand("mounts", OptionalText.orEmpty(mount.source()));
    expand("mounts", OptionalText.orEmpty(mount.target()));
    VolumeOptions volume = mount.volumeOptions();
    if (volume != null) {
      expand("mounts", volume.labels().values());
      Driver driver = volume.driverConfig();
      if (driver != null) {
        expand("mounts", driver.options().values());
      }
    }
  }

  private void expand(String what, Collection<String> texts) {
    texts.forEach(text -> expand(what, text));
  }

  private void expand(String what, String text) {
    try {
      String _ = Template.expand(scope, text);
    } catch (TemplateException e) {
      throw ApiError.invalidArgument("expanding " + what + " failed: " + e.getMessage());
    }
  }
}
