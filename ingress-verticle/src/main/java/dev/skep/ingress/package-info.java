/**
 * Lets traffic in: every node listens on every published port and sends each new connection to the
 * next task, wherever it runs.
 *
 * <p>Start with {@link dev.skep.ingress.IngressVerticle}, which takes routing tables and answers
 * the bus. What to do is decided by pure types: {@link dev.skep.ingress.RoutingTable} and {@link
 * dev.skep.ingress.RouteChange}. What moves the bytes stands behind {@link
 * dev.skep.ingress.DataPlane}; each plane has a package of its own, which knows this one and no
 * other plane. Here is {@code userspace}. A new plane implements {@code DataPlane}, says what it
 * can do in {@link dev.skep.ingress.PlaneCapabilities}, and passes {@code DataPlaneContract}.
 *
 * <p>This room never decides which tasks are fit to take traffic.
 */
@NullMarked
package dev.skep.ingress;

import org.jspecify.annotations.NullMarked;
