package dev.skep.ingress;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.PortReportTaken;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells the leader which ports cannot be listened on, again and again until it has taken it. */
final class PortReports {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration REPEAT = Duration.ofSeconds(1);

  /** The leader keeps the first of very many troubles; those it dropped are said again. */
  private static final Duration REMIND = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final Bus bus;
  private final String nodeId;
  private @Nullable List<RefusedPort> wanted;
  private @Nullable List<RefusedPort> taken;
  private boolean sending;

  /** Grows with each new leader: an answer of the one before says nothing of this one. */
  private int leaders;

  PortReports(Vertx vertx, Bus bus, String nodeId) {
    this.vertx = vertx;
    this.bus = bus;
    this.nodeId = nodeId;
  }

  /** Makes {@code refused} known, unless the leader has taken just that. */
  void report(List<RefusedPort> refused) {
    wanted = refused;
    send();
  }

  /** There is a new leader, which may have missed the last report. */
  void forgetTaken() {
    leaders++;
    taken = null;
  }

  private void send() {
    List<RefusedPort> report = wanted;
    if (sending || report == null || report.equals(taken)) {
      return;
    }
    sending = true;
    int askedOf = leaders;
    bus.request(
            Addresses.PORT_REPORT,
            new PortReport(nodeId, report),
            PortReportTaken.class,
            ANSWER_TIMEOUT)
        .onComplete(answer -> {
          if (answer.succeeded()) {
            if (askedOf == leaders) {
              taken = report;
            }
            if (!report.isEmpty()) {
              vertx.setTimer(REMIND.toMillis(), timer -> remind(report));
            }
            sent();
          } else {
            vertx.setTimer(REPEAT.toMillis(), timer -> sent());
          }
        });
  }

  private void remind(List<RefusedPort> report) {
    if (report.equals(taken)) {
      taken = null;
      send();
    }
  }

  private void sent() {
    sending = false;
    send();
  }
}
