package dev.skep.conf.bus;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.nio.MemberSocketInterceptor;

/**
 * A Hazelcast member as any other, whose connections begin with a {@link MemberGreeting}. Hazelcast
 * has the place for it, but fills it in its paid edition only.
 */
final class GuardedNode extends DefaultNodeContext {
  private final MemberSocketInterceptor greeting;

  GuardedNode(MemberSocketInterceptor greeting) {
    this.greeting = greeting;
  }

  @Override
  public NodeExtension createNodeExtension(Node node) {
    return new DefaultNodeExtension(node) {
      @Override
      public MemberSocketInterceptor getSocketInterceptor(EndpointQualifier endpoint) {
        return greeting;
      }
    };
  }
}
