import dev.skep.ingress.IngressVerticle;
import dev.skep.ingress.userspace.UserSpacePlane;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.PortReportTaken;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.bus.message.IngressMessages.RoutesRequest;
import dev.skep.store.bus.NodeKeys;
import dev.skep.store.net.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Two nodes' ingresses with a fixed table: at the first address the tasks are the node's own, at the second each connection takes
 * the way through the first node. Arguments: first address, second address, published port, then each task as host:port.
 */
final class Plane {
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    var key = NodeKeys.next(new SecureRandom());
    Bus bus = new Bus(vertx.eventBus(), node -> Optional.of(key));
    var own = ingress("own", args[0], bus);
    var other = ingress("other", args[1], bus);
    vertx.deployVerticle(own).compose(id -> vertx.deployVerticle(other)).await();
    List<Endpoint> tasks = new ArrayList<>();
    for (int i = 3; i < args.length; i++) {
      String[] task = args[i].split(":");
      tasks.add(new Endpoint("task" + i, "own", task[0], Endpoint.ENGINE_NETWORK, Integer.parseInt(task[1]), own.meshAddress()));
    }
    var routes = new Routes(1, 1, List.of(new PortRoute(Integer.parseInt(args[2]), "tcp", "service", "bench", tasks)));
    bus.answer(Addresses.ROUTES_REQUEST, RoutesRequest.class, request -> Future.succeededFuture(routes));
    bus.answer(
        Addresses.PORT_REPORT,
        PortReport.class,
        report -> {
          System.out.println(report.nodeId() + " refused " + report.refused());
          return Future.succeededFuture(new PortReportTaken());
        });
  }

  private static IngressVerticle ingress(String node, String address, Bus bus) {
    return new IngressVerticle(node, bus, UserSpacePlane.opener(node, address, HostPort.of(address, 0)));
  }
}
