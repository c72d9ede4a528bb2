/**
 * What the cluster hands out from its own supply: published ports, and for the networks whose
 * drivers leave it to the manager ({@link dev.skep.scheduler.allocate.NetworkDrivers}) subnets,
 * VXLAN ids, addresses of tasks and services, gateways of nodes. Start with {@link
 * dev.skep.scheduler.allocate.Endpoints} and {@link dev.skep.scheduler.allocate.AddressLedger};
 * {@link dev.skep.scheduler.allocate.Ipam} is what a leader keeps of it between two passes.
 *
 * <p>Pure, and it writes nothing: {@code orchestrate} puts what was given into the plan. It gives
 * nothing twice, and says in words when there is nothing to give. It must never decide which tasks
 * there are or where they run.
 */
@NullMarked
package dev.skep.scheduler.allocate;

import org.jspecify.annotations.NullMarked;
