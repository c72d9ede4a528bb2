package dev.skep.store.model;

/** The kinds of stored objects. */
public enum Kind {
  CLUSTER("cluster", Cluster.class, false),
  NODE("node", Node.class, false),
  SERVICE("service", Service.class, true),
  TASK("task", Task.class, false),
  NETWORK("network", Network.class, true),
  SECRET("secret", Secret.class, true),
  CONFIG("config", Config.class, true);

  private final String noun;
  private final Class<? extends SwarmObject> type;
  private final boolean uniqueNames;

  Kind(String noun, Class<? extends SwarmObject> type, boolean uniqueNames) {
    this.noun = noun;
    this.type = type;
    this.uniqueNames = uniqueNames;
  }

  /** The word that messages and events use. */
  public String noun() {
    return noun;
  }

  public Class<? extends SwarmObject> type() {
    return type;
  }

  /** Whether the store refuses a second object of the kind with the same name. */
  public boolean uniqueNames() {
    return uniqueNames;
  }
}
