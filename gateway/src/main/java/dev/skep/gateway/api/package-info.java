/**
 * What every endpoint of the Engine API is made of: the request as it is read ({@link
 * dev.skep.gateway.api.Call}), the answer ({@link dev.skep.gateway.api.Reply}), the table of
 * routes, filters. Its parts are in the packages below: errors, bodies, Go's formats, and the way
 * to the cluster's state.
 *
 * <p>Start at {@link dev.skep.gateway.api.ApiHandler}. An endpoint runs on a virtual thread and
 * reads top to bottom. This room knows HTTP and the store's contract; it must never know what one
 * kind of object means.
 */
@NullMarked
package dev.skep.gateway.api;

import org.jspecify.annotations.NullMarked;
