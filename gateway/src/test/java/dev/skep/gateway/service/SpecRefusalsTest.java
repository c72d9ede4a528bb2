package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.api.body.JsonBody;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.ClusterState;
import io.vertx.core.buffer.Buffer;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each wrong spec is answered with; the good spec around it says only name and image. */
class SpecRefusalsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"Name":"bad"}                                   | 400 | mismatched Runtime and *Spec fields
          {"TaskTemplate":{"ContainerSpec":{"Image":"i"}}} | 400 | rpc error: code = InvalidArgument desc = meta: name must be provided
          """)
  void refuses_whole_specs(String json, int status, String message) {
    refused(json, status, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "Name":"b ad"   | 400 | rpc error: code = InvalidArgument desc = name must be valid as a DNS name component
          "Name":"-x"     | 400 | rpc error: code = InvalidArgument desc = name must be valid as a DNS name component
          "Name":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" | 400 | rpc error: code = InvalidArgument desc = name must be 63 characters or fewer
          "Mode":{"Replicated":{},"Global":{}}     | 400 | must specify only one service mode
          "Mode":{"Replicated":{"Replicas":-1}}    | 400 | json: cannot unmarshal number -1 into field Mode.Replicated.Replicas of type uint64
          "Mode":{"GlobalJob":{}},"UpdateConfig":{"Parallelism":1} | 400 | rpc error: code = InvalidArgument desc = Jobs may not have an update config
          "UpdateConfig":{"Delay":-1}              | 400 | rpc error: code = InvalidArgument desc = TaskSpec: update-delay cannot be negative
          "UpdateConfig":{"Monitor":-1}            | 400 | rpc error: code = InvalidArgument desc = TaskSpec: update-monitor cannot be negative
          "UpdateConfig":{"MaxFailureRatio":2}     | 400 | rpc error: code = InvalidArgument desc = TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1
          "UpdateConfig":{"FailureAction":"x"}     | 400 | unrecognized update failure action x
          "UpdateConfig":{"Order":"x"}             | 400 | unrecognized update order x
          "EndpointSpec":{"Mode":"x"}              | 400 | invalid resolution mode: "x"
          "EndpointSpec":{"Mode":"dnsrr","Ports":[{"TargetPort":80,"PublishedPort":90}]} | 400 | rpc error: code = InvalidArgument desc = EndpointSpec: port published with ingress mode can't be used with dnsrr mode
          "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":90},{"TargetPort":81,"PublishedPort":90}]} | 400 | rpc error: code = InvalidArgument desc = EndpointSpec: duplicate published ports provided
          "EndpointSpec":{"Ports":[{"Protocol":"x","TargetPort":80}]} | 400 | invalid protocol: "x"
          "EndpointSpec":{"Ports":[{"TargetPort":70000}]}             | 400 | invalid target port: 70000
          "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":53,"Protocol":"udp"}]} | 501 | port '53/udp' cannot be published in ingress mode, which carries TCP only; publish it with mode=host
          """)
  void refuses_services(String part, int status, String message) {
    String name = part.contains("\"Name\"") ? "" : "\"Name\":\"web\",";
    refused(
        "{"
            + name
            + "\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"test/whoami:1\"}},"
            + part
            + "}",
        status,
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "Runtime":"x"                                       | 400 | unsupported runtime
          "Runtime":"plugin"                                  | 400 | mismatched Runtime and *Spec fields
          "Runtime":"plugin","PluginSpec":{"Name":"p"}        | 501 | PluginSpec is not supported: Skep runs containers; install plugins on each node with "docker plugin install"
          "NetworkAttachmentSpec":{"ContainerID":"x"}         | 501 | NetworkAttachmentSpec is not supported in a service
          "RestartPolicy":{"Condition":"x"}                   | 400 | invalid RestartCondition: "x"
          "RestartPolicy":{"Delay":-1}                        | 400 | rpc error: code = InvalidArgument desc = TaskSpec: restart-delay cannot be negative
          "RestartPolicy":{"Window":-1}                       | 400 | rpc error: code = InvalidArgument desc = TaskSpec: restart-window cannot be negative
          "Placement":{"Constraints":["node.foo"]}            | 500 | rpc error: code = Unknown desc = constraint expected one operator from ==, !=
          "Placement":{"Constraints":["node id==1"]}          | 500 | rpc error: code = Unknown desc = key 'node id' is invalid
          "Placement":{"Constraints":["node.labels.a in (b,)"]} | 500 | rpc error: code = Unknown desc = value '' is invalid
          "Placement":{"Preferences":[{"Spread":{"SpreadDescriptor":"binpack=disk"}}]} | 400 | rpc error: code = InvalidArgument desc = placement preference 'binpack=disk' is invalid: use spread=node.labels.NAME, spread=engine.labels.NAME, another node.* key of constraints, or spread=binpack=memory or spread=binpack=cpu
          "Placement":{"Preferences":[{"Spread":{"SpreadDescriptor":"binpack=memory"}}]} | 400 | rpc error: code = InvalidArgument desc = placement preference 'binpack=memory' needs a reservation of memory to pack by (--reserve-memory)
          "Resources":{"Reservations":{"GenericResources":[{}]}} | 400 | rpc error: code = InvalidArgument desc = a generic resource needs a DiscreteResourceSpec or a NamedResourceSpec
          "Resources":{"Reservations":{"GenericResources":[{"DiscreteResourceSpec":{"Kind":"gpu","Value":-1}}]}} | 400 | rpc error: code = InvalidArgument desc = invalid argument for resource gpu: -1 must not be negative
          "Resources":{"Limits":{"NanoCPUs":1000}}            | 400 | rpc error: code = InvalidArgument desc = invalid cpu value 1e-06: Must be at least 0.001
          "Resources":{"Reservations":{"MemoryBytes":1000}}   | 400 | rpc error: code = InvalidArgument desc = invalid memory value 1000: Must be at least 4MiB
          "Resources":{"Limits":{"Pids":-1}}                  | 400 | rpc error: code = InvalidArgument desc = invalid pids value: Must not be negative
          "Resources":{"SwapBytes":1}                         | 400 | rpc error: code = InvalidArgument desc = SwapBytes can only be used together with a memory limit
          "Resources":{"Limits":{"MemoryBytes":9999999},"SwapBytes":-2} | 400 | rpc error: code = InvalidArgument desc = invalid swap value -2: Must be -1 (unlimited) or a number of bytes
          "Resources":{"MemorySwappiness":101}                | 400 | rpc error: code = InvalidArgument desc = invalid MemorySwappiness value 101: Must be from -1 (unset) to 100
          "Networks":[{"Target":"nonet"}]                     | 500 | network nonet not found
          "Networks":[{"Target":"mybridge"}]                  | 403 | The network mybridge cannot be used with services. Only networks scoped to the swarm can be used, such as those created with the overlay driver.
          """)
  void refuses_tasks(String part, int status, String message) {
    refused(
        "{\"Name\":\"web\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"test/whoami:1\"},"
            + part
            + "}}",
        status,
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "Image":""                                              | 400 | rpc error: code = InvalidArgument desc = ContainerSpec: image reference must be provided
          "Image":"a b"                                           | 400 | rpc error: code = InvalidArgument desc = ContainerSpec: "a b" is not a valid repository/tag
          "Image":"i","Mounts":[{"Type":"x","Target":"/x"}]       | 400 | invalid MountType: "x"
          "Image":"i","Mounts":[{"Type":"tmpfs","Target":"/x"},{"Type":"volume","Target":"/x"}] | 400 | rpc error: code = InvalidArgument desc = ContainerSpec: duplicate mount point: /x
          "Image":"i","Mounts":[{"Type":"cluster","Target":"/x"}] | 501 | mounts of type "cluster" are not supported; use bind, volume or tmpfs
          "Image":"i","Mounts":[{"Type":"bind","Target":"/x","BindOptions":{"Propagation":"x"}}] | 400 | invalid MountPropagation: "x"
          "Image":"i","Mounts":[{"Type":"volume","Target":"/x","ClusterOptions":{}}] | 501 | ClusterOptions are not supported: Skep has no cluster volumes; use a volume whose driver reaches every node
          "Image":"i","Hosts":["10.0.0.1"]                        | 400 | invalid Hosts entry: "10.0.0.1"; give an address and a name
          "Image":"i","Privileges":{"Seccomp":{"Mode":"x"}}       | 400 | invalid SeccompMode: "x"
          "Image":"i","Privileges":{"Seccomp":{"Mode":"custom"}}  | 400 | a Seccomp Profile goes with the Mode "custom", and that mode needs one
          "Image":"i","Privileges":{"Seccomp":{"Profile":"e30="}} | 400 | a Seccomp Profile goes with the Mode "custom", and that mode needs one
          "Image":"i","Privileges":{"Seccomp":{"Mode":"custom","Profile":"?"}} | 400 | illegal base64 data in the Seccomp Profile
          "Image":"i","Privileges":{"AppArmor":{"Mode":"x"}}      | 400 | invalid AppArmorMode: "x"
          "Image":"i","Configs":[{"ConfigID":"a","ConfigName":"a","Runtime":{}}] | 501 | Runtime configs are not supported: they are for a CredentialSpec (Windows containers); give the config a File instead
          "Image":"i","Hostname":"{{.Node.Nope}}"                 | 400 | rpc error: code = InvalidArgument desc = expanding hostname failed: template: expansion:1:2: executing "expansion" at <.Node.Nope>: can't evaluate field Nope in type struct { ID string; Hostname string; Platform template.Platform }
          "Image":"i","Env":["A={{if}}"]                          | 400 | rpc error: code = InvalidArgument desc = expanding env failed: template: expansion:1: missing value for if
          "Image":"i","Mounts":[{"Type":"volume","Source":"{{.Task","Target":"/x"}] | 400 | rpc error: code = InvalidArgument desc = expanding mounts failed: template: expansion:1: unclosed action
          "Image":"i","Isolation":"hyperv"                        | 501 | Isolation "hyperv" is not supported: it is for Windows containers
          "Image":"i","Privileges":{"CredentialSpec":{"File":"f"}} | 501 | CredentialSpec is not supported: it is for Windows containers, and Skep runs on Linux
          "Image":"i","Healthcheck":{"Interval":10}               | 400 | rpc error: code = InvalidArgument desc = ContainerSpec: Interval in HealthConfig cannot be less than 1ms
          "Image":"i","Healthcheck":{"Retries":-1}                | 400 | rpc error: code = InvalidArgument desc = ContainerSpec: Retries in HealthConfig cannot be negative
          "Image":"i","Secrets":[{"SecretName":"s"}]              | 400 | rpc error: code = InvalidArgument desc = malformed secret reference
          "Image":"i","Secrets":[{"SecretID":"s","SecretName":"s"}] | 400 | rpc error: code = InvalidArgument desc = malformed secret reference, no target provided
          "Image":"i","Secrets":[{"SecretID":"a","SecretName":"a","File":{"Name":"t"}},{"SecretID":"b","SecretName":"b","File":{"Name":"t"}}] | 400 | rpc error: code = InvalidArgument desc = secret references 'a' and 'b' have a conflicting target: 't'
          "Image":"i","Secrets":[{"SecretID":"nope","SecretName":"nope","File":{"Name":"nope"}}] | 400 | rpc error: code = InvalidArgument desc = secret not found: nope
          "Image":"i","Configs":[{"ConfigID":"a","ConfigName":"a","File":{"Name":"a"}},{"ConfigID":"b","ConfigName":"b","File":{"Name":"b"}}] | 400 | rpc error: code = InvalidArgument desc = configs not found: a, b
          """)
  void refuses_containers(String container, int status, String message) {
    refused(
        "{\"Name\":\"web\",\"TaskTemplate\":{\"ContainerSpec\":{" + container + "}}}",
        status,
        message);
  }

  private static void refused(String json, int status, String message) {
    assertThatThrownBy(
            () -> {
              ServiceSpec asked = JsonBody.read(Buffer.buffer(json), ServiceSpec.class);
              ServicePlan.checked(
                  ServicePlan.accepted(asked), "id", null, ClusterState.EMPTY, Set.of("mybridge"));
            })
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(status))
        .hasMessage(message);
  }
}
