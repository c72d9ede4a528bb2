package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Service;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec;

/** The four ways in which a service asks for tasks. */
enum Mode {
  REPLICATED,
  GLOBAL,
  REPLICATED_JOB,
  GLOBAL_JOB;

  static Mode of(Service service) {
    ServiceSpec.Mode mode = service.spec().mode();
    if (mode == null || mode.replicated() != null) {
      return REPLICATED;
    }
    if (mode.global() != null) {
      return GLOBAL;
    }
    if (mode.replicatedJob() != null) {
      return REPLICATED_JOB;
    }
    return mode.globalJob() != null ? GLOBAL_JOB : REPLICATED;
  }

  boolean job() {
    return this == REPLICATED_JOB || this == GLOBAL_JOB;
  }

  /** Whether a slot is a node rather than a number. */
  boolean perNode() {
    return this == GLOBAL || this == GLOBAL_JOB;
  }

  /** The desired state of a task that may run. */
  TaskState goal() {
    return job() ? TaskState.COMPLETE : TaskState.RUNNING;
  }

  /** The run that a job is in. */
  static JobIteration iteration(Service service) {
    return service.jobStatus() == null || service.jobStatus().jobIteration() == null
        ? new JobIteration(0)
        : service.jobStatus().jobIteration();
  }

  static long replicas(Service service) {
    ServiceSpec.Mode mode = service.spec().mode();
    Long said = mode == null || mode.replicated() == null ? null : mode.replicated().replicas();
    return said == null ? 1 : said;
  }
}
