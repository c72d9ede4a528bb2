/**
 * Errors in the Engine API's words: {@link dev.skep.gateway.api.error.ApiError} is thrown by
 * endpoints, and what fails below them is put into words by {@code OperatingErrors}. Depends on no
 * other package of the gateway but the engine's.
 */
@NullMarked
package dev.skep.gateway.api.error;

import org.jspecify.annotations.NullMarked;
