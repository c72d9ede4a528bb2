package dev.skep.gateway.service;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Filters;
import dev.skep.gateway.service.rules.OptionalText;
import dev.skep.store.model.Service;
import java.util.Set;
import java.util.function.Predicate;

/** The filters of GET /services. */
record ServiceFilter(Filters filters) implements Predicate<Service> {
  private static final Set<String> KEYS = Set.of("name", "id", "label", "mode", "runtime");

  static ServiceFilter of(Call call) {
    return new ServiceFilter(call.filters(KEYS));
  }

  @Override
  public boolean test(Service service) {
    return filters.prefix("name", service.name())
        && filters.prefix("id", service.id())
        && filters.labels("label", service.spec().labels())
        && filters.exactly("mode", ModeKind.of(service.spec().mode()).text())
        && filters.exactly(
            "runtime", OptionalText.or(service.spec().taskTemplate().runtime(), "container"));
  }
}
