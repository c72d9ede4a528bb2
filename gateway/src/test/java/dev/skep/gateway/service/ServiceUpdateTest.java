package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.ServiceBuilder;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.GlobalJob;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceUpdateTest {
  private static final Instant NOW = Instant.parse("2026-11-21T03:00:00Z");
  private static final ServiceSpec SPEC = spec("i:1", Mode.replicated(2));
  private static final Sensitive OLD = new Sensitive("old");
  private static final Sensitive NEW = new Sensitive("new");

  @Test
  void keeps_the_spec_before_and_resets_the_update_status() {
    Service before =
        service(SPEC).withUpdateStatus(new UpdateStatus("completed", NOW, NOW, "done"));

    Service after = ServiceUpdate.to(before, spec("i:2", Mode.replicated(2)), NEW, NOW);

    assertThat(after.previousSpec()).isEqualTo(SPEC);
    assertThat(after.updateStatus()).isNull();
    assertThat(after.registryAuth()).isEqualTo(NEW);
    assertThat(after.previousRegistryAuth()).isEqualTo(OLD);
  }

  @Test
  void counts_as_another_spec_version_only_when_tasks_must_change() {
    Service before = service(SPEC);

    assertThat(ServiceUpdate.to(before, spec("i:2", Mode.replicated(2)), null, NOW).specVersion())
        .isEqualTo(before.version());
    assertThat(ServiceUpdate.to(before, spec("i:1", Mode.replicated(9)), null, NOW).specVersion())
        .isEqualTo(before.specVersion());
    assertThat(ServiceUpdate.to(before, SPEC.withLabels(Map.of("a", "b")), null, NOW).specVersion())
        .isEqualTo(before.specVersion());
  }

  @Test
  void rolls_back_by_exchanging_the_specs() {
    ServiceSpec newer = spec("i:2", Mode.replicated(2));
    Service before = ServiceUpdate.to(service(SPEC), newer, NEW, NOW);

    Service after = ServiceUpdate.rollback(before, before.previousRegistryAuth(), NOW);

    assertThat(after.spec()).isEqualTo(SPEC);
    assertThat(after.previousSpec()).isEqualTo(newer);
    assertThat(after.registryAuth()).isEqualTo(OLD);
    assertThat(after.updateStatus())
        .isEqualTo(new UpdateStatus("rollback_started", NOW, null, "manually requested rollback"));
  }

  @Test
  void runs_a_job_again_at_each_update() {
    Mode job = new Mode(null, null, null, new GlobalJob());
    Service before =
        service(spec("i:1", job)).withJobStatus(ServiceUpdate.first(job, Instant.EPOCH));

    Service after = ServiceUpdate.to(before, spec("i:1", job), null, NOW);

    assertThat(after.jobStatus()).isEqualTo(new JobStatus(new JobIteration(1), NOW));
    assertThat(ServiceUpdate.first(Mode.everyNode(), NOW)).isNull();
  }

  @Test
  void refuses_what_cannot_be_updated() {
    assertThatThrownBy(() -> ServiceUpdate.to(service(SPEC), SPEC.withName("other"), null, NOW))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(501))
        .hasMessage("rpc error: code = Unimplemented desc = renaming services is not supported");
    assertThatThrownBy(
            () -> ServiceUpdate.to(service(SPEC), spec("i:1", Mode.everyNode()), null, NOW))
        .hasMessage("rpc error: code = Unimplemented desc = service mode change is not allowed");
    assertThatThrownBy(() -> ServiceUpdate.rollback(service(SPEC), null, NOW))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage(
            "rpc error: code = FailedPrecondition desc = service id does not have a previous spec");
  }

  private static ServiceSpec spec(String image, Mode mode) {
    return ServiceSpecBuilder.builder()
        .name("web")
        .labels(Map.of())
        .taskTemplate(TaskSpec.of(ContainerSpec.of(image)))
        .mode(mode)
        .networks(List.of())
        .build();
  }

  private static Service service(ServiceSpec spec) {
    return ServiceBuilder.builder()
        .id("id")
        .version(new Version(7))
        .createdAt(NOW)
        .updatedAt(NOW)
        .spec(spec)
        .specVersion(Version.NONE)
        .portErrors(List.of())
        .registryAuth(OLD)
        .build();
  }
}
