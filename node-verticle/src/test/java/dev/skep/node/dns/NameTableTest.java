package dev.skep.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.dns.Member.NamedNetwork;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NameTableTest {
  private static final NamedNetwork FRONT = new NamedNetwork("f", "shop_front", false);
  private static final NamedNetwork BACK = new NamedNetwork("b", "shop_back", false);
  private static final NamedNetwork INNER = new NamedNetwork("i", "inner", true);

  private static Member running(
      String task, NamedNetwork network, String address, String... names) {
    return new Member(task, network, address, Set.of(names), true, false, List.of());
  }

  private static Member silent(String task, NamedNetwork network, String address, String... names) {
    return new Member(task, network, address, Set.of(names), false, false, List.of());
  }

  private static Member arriving(String task, NamedNetwork network, String... names) {
    return new Member(task, network, "", Set.of(names), false, true, List.of());
  }

  private static Answer.Addresses addresses(String... addresses) {
    return new Answer.Addresses(List.of(addresses));
  }

  private static final Answer OUTSIDE = new Answer.Elsewhere(List.of());

  @Test
  void a_name_leads_to_the_tasks_that_answer_and_to_no_others() {
    NameTable table =
        NameTable.of(
            List.of(
                running("t1", FRONT, "10.0.1.2", "web", "tasks.web", "Shop"),
                silent("t2", FRONT, "10.0.1.3", "web", "tasks.web", "Shop"),
                running("t3", FRONT, "10.0.1.4", "api")));
    for (String name : List.of("web", "WEB.", "tasks.web", "shop", "sHOP", "web.shop_front")) {
      assertThat(table.answer("f", "10.0.1.4", name, 0)).as(name).isEqualTo(addresses("10.0.1.2"));
    }
    assertThat(table.answer("f", "10.0.1.4", "web.shop_back", 0)).isEqualTo(OUTSIDE);
    assertThat(table.answer("f", "10.0.1.4", "web.corp.example", 0)).isEqualTo(OUTSIDE);
  }

  @Test
  void a_service_without_a_task_that_answers_is_nobody_and_not_asked_for_elsewhere() {
    NameTable table =
        NameTable.of(
            List.of(
                silent("t1", FRONT, "10.0.1.2", "web"), running("t2", FRONT, "10.0.1.3", "api")));
    assertThat(table.answer("f", "10.0.1.3", "web", 0)).isEqualTo(Answer.NOBODY);
    assertThat(table.answer("f", "10.0.1.3", "db", 0)).isEqualTo(OUTSIDE);
  }

  @Test
  void each_answer_begins_with_the_next_address() {
    NameTable table =
        NameTable.of(
            List.of(
                running("t1", FRONT, "10.0.1.2", "web"),
                running("t2", FRONT, "10.0.1.3", "web"),
                running("t3", FRONT, "10.0.1.4", "web")));
    assertThat(table.answer("f", "10.0.1.2", "web", 0))
        .isEqualTo(addresses("10.0.1.2", "10.0.1.3", "10.0.1.4"));
    assertThat(table.answer("f", "10.0.1.2", "web", 1))
        .isEqualTo(addresses("10.0.1.3", "10.0.1.4", "10.0.1.2"));
    assertThat(table.answer("f", "10.0.1.2", "web", -1))
        .isEqualTo(addresses("10.0.1.4", "10.0.1.2", "10.0.1.3"));
    assertThat(table.answer("f", "10.0.1.2", "web", Integer.MAX_VALUE))
        .isEqualTo(addresses("10.0.1.3", "10.0.1.4", "10.0.1.2"));
  }

  @Test
  void a_task_finds_what_is_on_all_its_networks_wherever_it_asks_and_others_do_not() {
    NameTable table =
        NameTable.of(
            List.of(
                running("t1", FRONT, "10.0.1.2", "web"),
                running("t1", BACK, "10.0.2.2", "web"),
                running("t2", BACK, "10.0.2.3", "db"),
                running("t3", FRONT, "10.0.1.4", "proxy")));
    assertThat(table.answer("f", "10.0.1.2", "db", 0)).isEqualTo(addresses("10.0.2.3"));
    assertThat(table.answer("f", "10.0.1.2", "db.shop_back", 0)).isEqualTo(addresses("10.0.2.3"));
    assertThat(table.answer("b", "10.0.2.2", "proxy", 0)).isEqualTo(addresses("10.0.1.4"));
    assertThat(table.answer("f", "10.0.1.4", "db", 0)).isEqualTo(OUTSIDE);
    assertThat(table.answer("b", "10.0.2.2", "web", 0))
        .as("the network that was asked on comes first")
        .isEqualTo(addresses("10.0.2.2"));
  }

  @Test
  void an_answer_on_one_network_stands_before_silence_on_another() {
    NameTable table =
        NameTable.of(
            List.of(
                running("t1", FRONT, "10.0.1.2", "web"),
                running("t1", BACK, "10.0.2.2", "web"),
                silent("t2", FRONT, "10.0.1.3", "db"),
                running("t3", BACK, "10.0.2.3", "db")));
    assertThat(table.answer("f", "10.0.1.2", "db", 0)).isEqualTo(addresses("10.0.2.3"));
  }

  @Test
  void who_has_just_started_waits_for_what_its_own_network_cannot_answer() {
    NameTable before =
        NameTable.of(
            List.of(
                running("t1", FRONT, "10.0.1.2", "web"),
                arriving("t2", FRONT, "api"),
                arriving("t2", BACK, "api"),
                running("t3", BACK, "10.0.2.3", "db")));
    assertThat(before.answer("f", "10.0.1.9", "web", 0)).isEqualTo(addresses("10.0.1.2"));
    assertThat(before.answer("f", "10.0.1.9", "db", 0)).isEqualTo(Answer.LATER);
    assertThat(before.answer("f", "10.0.1.9", "example.com", 0)).isEqualTo(Answer.LATER);
    assertThat(before.answer("f", "10.0.1.2", "example.com", 0))
        .as("others need not wait")
        .isEqualTo(OUTSIDE);
    NameTable after =
        NameTable.of(
            List.of(
                running("t2", FRONT, "10.0.1.9", "api"),
                running("t2", BACK, "10.0.2.9", "api"),
                running("t3", BACK, "10.0.2.3", "db")));
    assertThat(after.answer("f", "10.0.1.9", "db", 0)).isEqualTo(addresses("10.0.2.3"));
    assertThat(after.answer("f", "10.0.1.77", "db", 0))
        .as("nobody is awaited there")
        .isEqualTo(OUTSIDE);
  }

  @Test
  void a_tasks_own_servers_are_asked_for_what_is_no_services_name() {
    NameTable table =
        NameTable.of(
            List.of(
                new Member("t1", FRONT, "10.0.1.2", Set.of("web"), true, false, List.of("9.9.9.9")),
                running("t2", FRONT, "10.0.1.3", "api")));
    assertThat(table.answer("f", "10.0.1.2", "example.com", 0))
        .isEqualTo(new Answer.Elsewhere(List.of("9.9.9.9")));
    assertThat(table.answer("f", "10.0.1.3", "example.com", 0)).isEqualTo(OUTSIDE);
  }

  @Test
  void names_outside_are_not_for_internal_networks() {
    NameTable table =
        NameTable.of(
            List.of(
                running("t1", INNER, "10.0.3.2", "db"),
                running("t2", INNER, "10.0.3.3", "web"),
                running("t2", FRONT, "10.0.1.3", "web")));
    assertThat(table.answer("i", "10.0.3.2", "example.com", 0)).isEqualTo(Answer.REFUSED);
    assertThat(table.answer("i", "10.0.3.2", "web", 0)).isEqualTo(addresses("10.0.3.3"));
    assertThat(table.answer("i", "10.0.3.77", "example.com", 0)).isEqualTo(Answer.REFUSED);
    assertThat(table.answer("i", "10.0.3.3", "example.com", 0))
        .as("on another network too")
        .isEqualTo(OUTSIDE);
  }

  @Test
  void a_network_that_nobody_is_on_knows_no_names() {
    assertThat(NameTable.EMPTY.answer("f", "10.0.1.2", "web", 3)).isEqualTo(OUTSIDE);
  }
}
