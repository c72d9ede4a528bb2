/**
 * What a service's spec must look like, and the API's words for one that does not: {@link
 * dev.skep.gateway.service.rules.SpecShape} first, then {@link
 * dev.skep.gateway.service.rules.SpecRules}. Pure: a spec in, an error out. Never changes a spec
 * and never looks at the cluster.
 */
@NullMarked
package dev.skep.gateway.service.rules;

import org.jspecify.annotations.NullMarked;
