package dev.skep.scheduler.leader;

import dev.skep.scheduler.orchestrate.DecisionReason;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes down what was committed and why: one line for each decision. */
final class DecisionLog {
  private static final Logger LOG = LoggerFactory.getLogger(DecisionLog.class);

  /** More decisions alike than this, such as for the tasks of a lost node, share a line. */
  private static final int ALIKE = 10;

  /** What decisions alike share. */
  private record Alike(String what, String service, String node, String why) {}

  void committed(List<DecisionReason> reasons, Commit commit) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    Map<Alike, List<DecisionReason>> alike = new LinkedHashMap<>();
    for (DecisionReason reason : reasons) {
      alike
          .computeIfAbsent(
              new Alike(
                  reason.what(),
                  String.valueOf(reason.service()),
                  String.valueOf(reason.node()),
                  reason.why()),
              key -> new ArrayList<>())
          .add(reason);
    }
    for (List<DecisionReason> group : alike.values()) {
      if (group.size() > ALIKE) {
        int count = group.stream().mapToInt(DecisionReason::count).sum();
        DecisionReason first = group.getFirst();
        write(
            new DecisionReason(
                first.what(), first.service(), null, first.node(), count, first.why()),
            commit);
      } else {
        group.forEach(reason -> write(reason, commit));
      }
    }
  }

  private static void write(DecisionReason reason, Commit commit) {
    LoggingEventBuilder line = LOG.atInfo();
    if (reason.service() != null) {
      line = line.addKeyValue("service", reason.service());
    }
    if (reason.task() != null) {
      line = line.addKeyValue("task", reason.task());
    }
    if (reason.node() != null && !reason.node().isEmpty()) {
      line = line.addKeyValue("node", reason.node());
    }
    if (reason.task() == null && reason.count() > 0) {
      line = line.addKeyValue("count", reason.count());
    }
    line.addKeyValue("why", reason.why()).addKeyValue("index", commit.index()).log(reason.what());
  }

  void failed(String serviceId, RuntimeException bug) {
    LOG.atError()
        .addKeyValue("service", serviceId)
        .setCause(bug)
        .log("no decision could be made about a service");
  }

  void refused(Throwable cause) {
    if (cause instanceof StoreException refused
        && !(refused.refusal() instanceof Refusal.StaleTerm)) {
      LOG.atDebug().addKeyValue("why", cause.getMessage()).log("a decision lost a race");
    } else {
      LOG.atWarn().addKeyValue("why", String.valueOf(cause)).log("a decision was not committed");
    }
  }
}
