package dev.skep.gateway;

import dev.skep.store.membership.Membership;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A membership that a test moves, and that notes what was asked of it. */
public final class FakeMembership implements Membership {
  private final List<Consumer<Place>> listeners = new ArrayList<>();
  private volatile Place place = Outside.INACTIVE;

  /** What was asked, in order. */
  public final List<Object> asked = new CopyOnWriteArrayList<>();

  /** What the next operation answers. */
  public volatile Future<String> answer = Future.succeededFuture("nodeid");

  public void move(Place next) {
    synchronized (listeners) {
      place = next;
      listeners.forEach(listener -> listener.accept(next));
    }
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public void onChange(Consumer<Place> listener) {
    synchronized (listeners) {
      listeners.add(listener);
      listener.accept(place);
    }
  }

  @Override
  public Future<String> init(InitRequest request) {
    asked.add(request);
    return answer;
  }

  @Override
  public Future<Void> join(JoinRequest request) {
    asked.add(request);
    return answer.mapEmpty();
  }

  @Override
  public Future<Void> leave(boolean force) {
    asked.add(force);
    return answer.mapEmpty();
  }
}
