/**
 * What every endpoint of the Engine API is made of: the request as it is read ({@link
 * dev.skep.gateway.api.Call}), the answer ({@link dev.skep.gateway.api.Reply}), errors in the API's
 * words ({@link dev.skep.gateway.api.ApiError}), filters, name resolution, and commits.
 *
 * <p>An endpoint runs on a virtual thread and reads top to bottom. This room knows HTTP and the
 * store's contract; it must never know what one kind of object means.
 */
@NullMarked
package dev.skep.gateway.api;

import org.jspecify.annotations.NullMarked;
