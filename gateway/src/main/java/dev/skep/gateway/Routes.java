package dev.skep.gateway;

import static dev.skep.gateway.api.Route.delete;
import static dev.skep.gateway.api.Route.get;
import static dev.skep.gateway.api.Route.head;
import static dev.skep.gateway.api.Route.post;

import dev.skep.gateway.api.RouteTable;
import dev.skep.gateway.node.NodeEndpoints;
import dev.skep.gateway.service.ServiceEndpoints;
import dev.skep.gateway.swarm.SwarmEndpoints;
import dev.skep.gateway.system.SystemEndpoints;
import dev.skep.gateway.task.TaskEndpoints;
import java.util.List;

/** Every request that Skep answers itself. What is not here goes to the host's engine as it is. */
final class Routes {
  private Routes() {}

  static RouteTable of(
      SystemEndpoints system,
      SwarmEndpoints swarm,
      NodeEndpoints nodes,
      ServiceEndpoints services,
      TaskEndpoints tasks) {
    return new RouteTable(
        List.of(
            head("/_ping", system::ping),
            get("/_ping", system::ping),
            get("/version", system::version),
            get("/info", system::info),
            get("/swarm", swarm::inspect),
            post("/swarm/init", swarm::init),
            post("/swarm/join", swarm::join),
            post("/swarm/leave", swarm::leave),
            post("/swarm/update", swarm::update),
            get("/swarm/unlockkey", swarm::unlockKey),
            post("/swarm/unlock", swarm::unlock),
            get("/nodes", nodes::list),
            get("/nodes/{id}", nodes::inspect),
            delete("/nodes/{id}", nodes::remove),
            post("/nodes/{id}/update", nodes::update),
            get("/services", services::list),
            post("/services/create", services::create),
            get("/services/{id}", services::inspect),
            delete("/services/{id}", services::remove),
            post("/services/{id}/update", services::update),
            get("/tasks", tasks::list),
            get("/tasks/{id}", tasks::inspect)));
  }
}
