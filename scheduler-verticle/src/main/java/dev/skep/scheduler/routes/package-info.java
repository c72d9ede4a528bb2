/**
 * Which tasks answer on which published port: {@link dev.skep.scheduler.routes.ServiceRoutes}
 * derives it from the snapshot. Pure.
 */
@NullMarked
package dev.skep.scheduler.routes;

import org.jspecify.annotations.NullMarked;
