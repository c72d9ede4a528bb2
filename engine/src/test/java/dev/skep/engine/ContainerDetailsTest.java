package dev.skep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.ContainerDetails.Port;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class ContainerDetailsTest {
  @Test
  void tells_every_port_that_is_bound_once() {
    ContainerDetails details =
        ContainerDetails.from(
            new JsonObject(
                """
                {"Id":"c1","Name":"/x","State":{"Status":"running"},"Config":{},
                 "NetworkSettings":{"Networks":{},"Ports":{"80/tcp":[
                  {"HostIp":"0.0.0.0","HostPort":"8082"},{"HostIp":"::","HostPort":"8082"},
                  {"HostIp":"0.0.0.0","HostPort":"8081"},{"HostIp":"::","HostPort":"8081"}],
                  "81/tcp":null}}}\
                """));
    assertThat(details.ports())
        .containsExactly(new Port(80, "tcp", 8082), new Port(80, "tcp", 8081));
  }
}
