package dev.skep.node.container;

import static dev.skep.node.container.ContainerRequest.isTrue;
import static dev.skep.node.container.ContainerRequest.json;
import static dev.skep.node.container.ContainerRequest.putText;
import static dev.skep.node.container.ContainerRequest.text;

import dev.skep.store.model.Task;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.template.Template;
import dev.skep.store.template.TemplateScope;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of a create request that is about the host: resources, mounts, privileges, ports.
 * Reservations are the scheduler's business and set nothing, as in Swarm.
 */
final class HostConfig {
  private HostConfig() {}

  /**
   * @param nameServer that asks others for the container, the spec's own servers included; empty
   *     when there is none
   */
  static JsonObject of(
      Task task,
      ContainerSpec spec,
      TemplateScope scope,
      List<TaskMount> files,
      String nameServer) {
    JsonObject host = new JsonObject();
    resources(host, task.spec().resources());
    lists(host, spec);
    dns(host, spec.dnsConfig(), nameServer);
    mounts(host, spec, scope, files);
    ports(host, task);
    logging(host, task.logDriver());
    privileges(host, spec.privileges());
    host.put("ReadonlyRootfs", isTrue(spec.readOnly()));
    if (spec.init() != null) {
      host.put("Init", spec.init());
    }
    if (spec.oomScoreAdj() != null) {
      host.put("OomScoreAdj", spec.oomScoreAdj());
    }
    putText(host, "Isolation", text(spec.isolation()));
    if (!spec.sysctls().isEmpty()) {
      host.put("Sysctls", json(spec.sysctls()));
    }
    return host;
  }

  private static void resources(JsonObject host, @Nullable Resources resources) {
    if (resources == null) {
      return;
    }
    if (resources.memorySwappiness() != null && resources.memorySwappiness() >= 0) {
      host.put("MemorySwappiness", resources.memorySwappiness());
    }
    Resources.Limits limits = resources.limits();
    if (limits == null) {
      return;
    }
    long memory = orZero(limits.memoryBytes());
    if (memory > 0) {
      host.put("Memory", memory);
      Long swap = resources.swapBytes();
      if (swap != null) {
        host.put("MemorySwap", swap == -1 ? -1 : memory + swap);
      }
    }
    if (orZero(limits.nanoCpus()) > 0) {
      host.put("NanoCpus", limits.nanoCpus());
    }
    if (orZero(limits.pids()) > 0) {
      host.put("PidsLimit", limits.pids());
    }
  }

  private static void lists(JsonObject host, ContainerSpec spec) {
    putList(host, "GroupAdd", spec.groups());
    putList(host, "CapAdd", spec.capabilityAdd());
    putList(host, "CapDrop", spec.capabilityDrop());
    List<String> extraHosts = new ArrayList<>();
    for (String line : spec.hosts()) {
      String[] words = line.strip().split("\\s+");
      for (int i = 1; i < words.length; i++) {
        extraHosts.add(words[i] + ":" + words[0]);
      }
    }
    putList(host, "ExtraHosts", extraHosts);
    if (!spec.ulimits().isEmpty()) {
      JsonArray ulimits = new JsonArray();
      spec.ulimits()
          .forEach(u ->
              ulimits.add(
                  new JsonObject()
                      .put("Name", text(u.name()))
                      .put("Soft", orZero(u.soft()))
                      .put("Hard", orZero(u.hard()))));
      host.put("Ulimits", ulimits);
    }
  }

  /**
   * Leaves out {@code ndots}. Above 0, the engine's resolver asks nobody for a name without a dot,
   * so a service would not be found. Without it, such a name is tried as it is before the search
   * domains are.
   */
  private static void dns(
      JsonObject host, ContainerSpec.@Nullable DnsConfig dns, String nameServer) {
    ContainerSpec.DnsConfig wanted =
        dns == null ? new ContainerSpec.DnsConfig(List.of(), List.of(), List.of()) : dns;
    putList(host, "DnsSearch", wanted.search());
    if (nameServer.isEmpty()) {
      putList(host, "Dns", wanted.nameservers());
      putList(host, "DnsOptions", wanted.options());
    } else {
      putList(host, "Dns", List.of(nameServer));
      putList(
          host,
          "DnsOptions",
          wanted.options().stream().filter(option -> !option.startsWith("ndots:")).toList());
    }
  }

  private static void mounts(
      JsonObject host, ContainerSpec spec, TemplateScope scope, List<TaskMount> files) {
    JsonArray mounts = new JsonArray();
    for (Mount mount : spec.mounts()) {
      mounts.add(mount(mount, scope));
    }
    for (TaskMount file : files) {
      mounts.add(
          new JsonObject()
              .put("Type", "bind")
              .put("Source", file.source())
              .put("Target", file.target())
              .put("ReadOnly", true));
    }
    if (!mounts.isEmpty()) {
      host.put("Mounts", mounts);
    }
  }

  private static JsonObject mount(Mount mount, TemplateScope scope) {
    JsonObject json = new JsonObject(Json.api(mount));
    putText(json, "Source", Template.expand(scope, text(mount.source())));
    putText(json, "Target", Template.expand(scope, text(mount.target())));
    Mount.VolumeOptions volume = mount.volumeOptions();
    if (volume != null) {
      JsonObject options = json.getJsonObject("VolumeOptions", new JsonObject());
      options.put("Labels", json(expanded(volume.labels(), scope)));
      Driver driver = volume.driverConfig();
      if (driver != null) {
        options.put(
            "DriverConfig",
            new JsonObject()
                .put("Name", text(driver.name()))
                .put("Options", json(expanded(driver.options(), scope))));
      }
      json.put("VolumeOptions", options);
    }
    return json;
  }

  private static Map<String, String> expanded(Map<String, String> map, TemplateScope scope) {
    Map<String, String> expanded = new TreeMap<>();
    map.forEach((key, value) -> expanded.put(key, Template.expand(scope, value)));
    return expanded;
  }

  private static void ports(JsonObject host, Task task) {
    JsonObject bindings = new JsonObject();
    for (ServiceSpec.PortConfig port : ContainerRequest.hostPorts(task)) {
      String key = ContainerRequest.portKey(port);
      int published = port.publishedPortOrZero();
      JsonObject binding =
          new JsonObject().put("HostPort", published == 0 ? "" : Integer.toString(published));
      bindings.put(key, bindings.getJsonArray(key, new JsonArray()).add(binding));
    }
    if (!bindings.isEmpty()) {
      host.put("PortBindings", bindings);
    }
  }

  private static void logging(JsonObject host, @Nullable Driver driver) {
    if (driver != null) {
      host.put(
          "LogConfig",
          new JsonObject().put("Type", text(driver.name())).put("Config", json(driver.options())));
    }
  }

  private static void privileges(JsonObject host, ContainerSpec.@Nullable Privileges privileges) {
    if (privileges == null) {
      return;
    }
    List<String> options = new ArrayList<>();
    ContainerSpec.SelinuxContext selinux = privileges.selinuxContext();
    if (selinux != null) {
      if (isTrue(selinux.disable())) {
        options.add("label=disable");
      }
      label(options, "user", selinux.user());
      label(options, "role", selinux.role());
      label(options, "level", selinux.level());
      label(options, "type", selinux.type());
    }
    ContainerSpec.Seccomp seccomp = privileges.seccomp();
    if (seccomp != null) {
      switch (text(seccomp.mode())) {
        case "unconfined" -> options.add("seccomp=unconfined");
        case "custom" ->
            options.add(
                "seccomp="
                    + new String(
                        Base64.getDecoder().decode(text(seccomp.profile())),
                        StandardCharsets.UTF_8));
        default -> {} // the engine's own profile
      }
    }
    ContainerSpec.AppArmor appArmor = privileges.appArmor();
    if (appArmor != null && text(appArmor.mode()).equals("disabled")) {
      options.add("apparmor=unconfined");
    }
    if (isTrue(privileges.noNewPrivileges())) {
      options.add("no-new-privileges=true");
    }
    putList(host, "SecurityOpt", options);
  }

  private static void label(List<String> options, String what, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      options.add("label=" + what + ":" + value);
    }
  }

  private static void putList(JsonObject json, String key, List<String> values) {
    if (!values.isEmpty()) {
      json.put(key, new JsonArray(values));
    }
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }
}
