package dev.skep.gateway;

import static dev.skep.gateway.api.ApiRoute.delete;
import static dev.skep.gateway.api.ApiRoute.get;
import static dev.skep.gateway.api.ApiRoute.head;
import static dev.skep.gateway.api.ApiRoute.managersPost;
import static dev.skep.gateway.api.ApiRoute.post;

import dev.skep.engine.http.ApiUri;
import dev.skep.gateway.api.RouteTable;
import dev.skep.gateway.container.ContainerEndpoints;
import dev.skep.gateway.container.VolumeEndpoints;
import dev.skep.gateway.event.EventEndpoints;
import dev.skep.gateway.event.FeedEndpoints;
import dev.skep.gateway.log.LogEndpoints;
import dev.skep.gateway.network.NetworkEndpoints;
import dev.skep.gateway.node.NodeEndpoints;
import dev.skep.gateway.secret.SecretOrConfigEndpoints;
import dev.skep.gateway.service.ServiceEndpoints;
import dev.skep.gateway.status.StatusEndpoint;
import dev.skep.gateway.swarm.SwarmEndpoints;
import dev.skep.gateway.system.SystemEndpoints;
import dev.skep.gateway.task.TaskEndpoints;
import dev.skep.store.model.Config;
import dev.skep.store.model.Secret;
import java.util.List;
import java.util.regex.Pattern;

/** Every request that Skep answers itself. What is not here goes to the host's engine as it is. */
final class Routes {
  /** As {@link dev.skep.gateway.api.Call#flag} reads it: every word but these few is a yes. */
  private static final Pattern FOLLOW =
      Pattern.compile("(?i)(^|&)follow=(?!(0|no|false|none)?(&|$))");

  /** As {@link dev.skep.gateway.api.Call#trueOrFalse} reads it. */
  private static final Pattern FOLLOW_NOT = Pattern.compile("(?i)(^|&)follow=(0|f|false)(&|$)");

  private Routes() {}

  static RouteTable of(
      SystemEndpoints system,
      SwarmEndpoints swarm,
      NodeEndpoints nodes,
      ServiceEndpoints services,
      TaskEndpoints tasks,
      LogEndpoints logs,
      SecretOrConfigEndpoints<Secret> secrets,
      SecretOrConfigEndpoints<Config> configs,
      NetworkEndpoints networks,
      ContainerEndpoints containers,
      VolumeEndpoints volumes,
      EventEndpoints events,
      FeedEndpoints feeds,
      StatusEndpoint status) {
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
            managersPost("/swarm/update", swarm::update),
            get("/swarm/unlockkey", swarm::unlockKey),
            post("/swarm/unlock", swarm::unlock),
            get("/nodes", nodes::list),
            get("/nodes/{id}", nodes::inspect),
            delete("/nodes/{id}", nodes::remove),
            managersPost("/nodes/{id}/update", nodes::update),
            get("/services", services::list),
            managersPost("/services/create", services::create),
            get("/services/{id}", services::inspect),
            delete("/services/{id}", services::remove),
            managersPost("/services/{id}/update", services::update),
            get("/services/{id}/logs", logs::ofService).endless(Routes::follows),
            get("/tasks", tasks::list),
            get("/tasks/{id}", tasks::inspect),
            get("/tasks/{id}/logs", logs::ofTask).endless(Routes::follows),
            get("/secrets", secrets::list),
            managersPost("/secrets/create", secrets::create),
            get("/secrets/{id}", secrets::inspect),
            delete("/secrets/{id}", secrets::remove),
            managersPost("/secrets/{id}/update", secrets::update),
            get("/configs", configs::list),
            managersPost("/configs/create", configs::create),
            get("/configs/{id}", configs::inspect),
            delete("/configs/{id}", configs::remove),
            managersPost("/configs/{id}/update", configs::update),
            get("/networks", networks::list),
            get("/networks/", networks::list),
            post("/networks/create", networks::create),
            post("/networks/prune", networks::prune),
            get("/networks/{id+}", networks::inspect),
            delete("/networks/{id+}", networks::remove),
            post("/networks/{id+}/connect", networks::attach),
            post("/networks/{id+}/disconnect", networks::attach),
            get("/containers/json", containers::list),
            post("/containers/create", containers::create),
            post("/volumes/prune", volumes::prune),
            get("/events", events::stream).endless(uri -> !uri.query().contains("until=")),
            get("/skep/v1/status", status::show),
            get("/skep/v1/events", feeds::stream).endless(Routes::followsChanges)));
  }

  static boolean follows(ApiUri uri) {
    return FOLLOW.matcher(uri.query()).find();
  }

  static boolean followsChanges(ApiUri uri) {
    return !FOLLOW_NOT.matcher(uri.query()).find();
  }
}
