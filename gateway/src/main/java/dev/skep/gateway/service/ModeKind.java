package dev.skep.gateway.service;

import dev.skep.store.model.spec.ServiceSpec.Mode;
import org.jspecify.annotations.Nullable;

/** The four ways in which a service asks for tasks. A service keeps the one it was made with. */
enum ModeKind {
  REPLICATED("replicated"),
  GLOBAL("global"),
  REPLICATED_JOB("replicated-job"),
  GLOBAL_JOB("global-job");

  private final String text;

  ModeKind(String text) {
    this.text = text;
  }

  /** The API's word for it. */
  String text() {
    return text;
  }

  boolean job() {
    return this == REPLICATED_JOB || this == GLOBAL_JOB;
  }

  static ModeKind of(@Nullable Mode mode) {
    if (mode == null || mode.replicated() != null) {
      return REPLICATED;
    }
    if (mode.global() != null) {
      return GLOBAL;
    }
    return mode.replicatedJob() != null ? REPLICATED_JOB : GLOBAL_JOB;
  }
}
