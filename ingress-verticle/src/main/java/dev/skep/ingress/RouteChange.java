package dev.skep.ingress;

import dev.skep.ingress.RoutingTable.Route;
import dev.skep.store.bus.message.IngressMessages.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * What to do so that what is listened on becomes what is wanted.
 *
 * @param unlisten ports to stop listening on
 * @param listen ports to open
 * @param replace open ports whose targets changed
 */
public record RouteChange(List<Port> unlisten, List<Route> listen, List<Route> replace) {
  static RouteChange between(SortedMap<Port, Route> open, SortedMap<Port, Route> wanted) {
    List<Port> unlisten = new ArrayList<>();
    List<Route> listen = new ArrayList<>();
    List<Route> replace = new ArrayList<>();
    for (Port port : open.keySet()) {
      if (!wanted.containsKey(port)) {
        unlisten.add(port);
      }
    }
    for (Route route : wanted.values()) {
      Route old = open.get(route.port());
      if (old == null) {
        listen.add(route);
      } else if (!old.equals(route)) {
        replace.add(route);
      }
    }
    return new RouteChange(List.copyOf(unlisten), List.copyOf(listen), List.copyOf(replace));
  }

  boolean isEmpty() {
    return unlisten.isEmpty() && listen.isEmpty() && replace.isEmpty();
  }
}
