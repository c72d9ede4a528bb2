package dev.skep.node.dns;

import java.util.List;

/** What to say to one who asks for a name. */
sealed interface Answer {
  Answer NOBODY = new Nobody();
  Answer LATER = new Later();
  Answer REFUSED = new Refused();

  /** These IPv4 addresses, in this order. */
  record Addresses(List<String> addresses) implements Answer {
    public Addresses {
      addresses = List.copyOf(addresses);
    }
  }

  /** It is a service's name, and no task of it takes connections. */
  record Nobody() implements Answer {}

  /**
   * It is no service's name: others may know.
   *
   * @param nameservers whom to ask; none for the host's own
   */
  record Elsewhere(List<String> nameservers) implements Answer {
    public Elsewhere {
      nameservers = List.copyOf(nameservers);
    }
  }

  /** Who asks will be known soon, and the answer may hang on it. */
  record Later() implements Answer {}

  /** It is no service's name, and who asks may not know of anything else. */
  record Refused() implements Answer {}
}
