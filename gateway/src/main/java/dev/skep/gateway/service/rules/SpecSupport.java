package dev.skep.gateway.service.rules;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.TaskSpec;

/**
 * What the API allows and Skep cannot do: refused by name, with what to do instead, never dropped
 * silently.
 */
public final class SpecSupport {
  private SpecSupport() {}

  /** Throws {@link ApiError} for a spec that Skep could not carry out in full. */
  public static void check(ServiceSpec spec) {
    TaskSpec task = spec.taskTemplate();
    if (task.pluginSpec() != null || OptionalText.orEmpty(task.runtime()).equals("plugin")) {
      throw ApiError.notImplemented(
          "PluginSpec is not supported: Skep runs containers; install plugins on each node with"
              + " \"docker plugin install\"");
    }
    if (task.networkAttachmentSpec() != null) {
      throw ApiError.notImplemented("NetworkAttachmentSpec is not supported in a service");
    }
    if (task.containerSpec() != null) {
      container(task.containerSpec());
    }
    if (spec.endpointSpec() != null) {
      spec.endpointSpec().ports().forEach(SpecSupport::port);
    }
  }

  private static void container(ContainerSpec container) {
    for (Mount mount : container.mounts()) {
      String type = OptionalText.orEmpty(mount.type());
      if (type.equals("cluster") || type.equals("npipe")) {
        throw ApiError.notImplemented(
            "mounts of type \"" + type + "\" are not supported; use bind, volume or tmpfs");
      }
      if (mount.clusterOptions() != null) {
        throw ApiError.notImplemented(
            "ClusterOptions are not supported: Skep has no cluster volumes; use a volume whose"
                + " driver reaches every node");
      }
    }
    if (container.configs().stream().anyMatch(config -> config.runtime() != null)) {
      throw ApiError.notImplemented(
          "Runtime configs are not supported: they are for a CredentialSpec (Windows containers);"
              + " give the config a File instead");
    }
    if (container.privileges() != null && container.privileges().credentialSpec() != null) {
      throw ApiError.notImplemented(
          "CredentialSpec is not supported: it is for Windows containers, and Skep runs on Linux");
    }
    String isolation = OptionalText.orEmpty(container.isolation());
    if (!isolation.isEmpty() && !isolation.equals("default")) {
      throw ApiError.notImplemented(
          "Isolation \"" + isolation + "\" is not supported: it is for Windows containers");
    }
  }

  private static void port(PortConfig port) {
    if (port.ingress() && !port.protocolOrTcp().equals("tcp")) {
      throw ApiError.notImplemented(
          "port '%d/%s' cannot be published in ingress mode, which carries TCP only; publish it with mode=host"
              .formatted(port.publishedPortOrZero(), port.protocolOrTcp()));
    }
  }
}
