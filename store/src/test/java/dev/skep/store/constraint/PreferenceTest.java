package dev.skep.store.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.spec.TaskSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceTest {
  @Test
  void reads_levels_in_their_order() {
    assertThat(
            Preference.parse(
                List.of(
                    new TaskSpec.Preference(new TaskSpec.Spread("node.labels.Zone")),
                    new TaskSpec.Preference(new TaskSpec.Spread("engine.labels.rack")),
                    new TaskSpec.Preference(new TaskSpec.Spread("BinPack=Memory")))))
        .containsExactly(
            new Preference.Spread("node.labels.Zone"),
            new Preference.Spread("engine.labels.rack"),
            new Preference.Binpack(Preference.Resource.MEMORY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "zone", "node.labels.", "node.unheard", "binpack=disk", "binpack"})
  void refuses_others(String descriptor) {
    assertThatThrownBy(() -> Preference.parse(descriptor))
        .isInstanceOf(ConstraintException.class)
        .hasMessageStartingWith(
            "placement preference '" + descriptor + "' is invalid: use spread=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "zone", "node.labels.", "node.unheard"})
  void leaves_out_what_no_node_has(String descriptor) {
    assertThat(
            Preference.parse(
                List.of(
                    new TaskSpec.Preference(new TaskSpec.Spread(descriptor)),
                    new TaskSpec.Preference(null),
                    new TaskSpec.Preference(new TaskSpec.Spread("node.labels.a")))))
        .containsExactly(new Preference.Spread("node.labels.a"));
  }
}
