package dev.skep.gateway.status;

import dev.skep.engine.http.EngineReply;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.engine.EngineProxy;
import java.util.Map;
import java.util.Optional;

/**
 * GET /skep/v1/status: this host's place in the swarm and what is not as asked for, as text for a
 * terminal. It answers whatever the engine does, in no swarm and on workers too.
 */
public final class StatusEndpoint {
  private final SwarmGate gate;
  private final EngineProxy engine;
  private final String version;

  /**
   * @param version Skep's own
   */
  public StatusEndpoint(SwarmGate gate, EngineProxy engine, String version) {
    this.gate = gate;
    this.engine = engine;
    this.version = version;
  }

  public Reply show(Call call) {
    return new Reply.Text(
        200,
        "text/plain; charset=utf-8",
        StatusPage.of(gate.place(), version, engineWords()),
        Map.of());
  }

  private String engineWords() {
    try {
      EngineReply reply = engine.ping().await();
      return Optional.ofNullable(reply.headers().get("Server"))
          .filter(server -> reply.succeeded())
          .map(server -> server + ", answers")
          .orElse("answers with status " + reply.status());
    } catch (EngineUnavailableException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
