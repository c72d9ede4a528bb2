/**
 * The one page that an operator wants first. Start with {@link
 * dev.skep.gateway.status.StatusEndpoint}; {@link dev.skep.gateway.status.StatusPage} is pure.
 */
@NullMarked
package dev.skep.gateway.status;

import org.jspecify.annotations.NullMarked;
