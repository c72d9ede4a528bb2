/**
 * The services: what a spec may hold, what is made of it when it is stored, and the endpoints.
 *
 * <p>Start with {@link dev.skep.gateway.service.ServiceEndpoints}. Checking is pure: {@code
 * SpecRules} looks at the spec alone, {@code References} at what it names in a snapshot, {@code
 * PublishedPorts} at the other services.
 */
@NullMarked
package dev.skep.gateway.service;

import org.jspecify.annotations.NullMarked;
