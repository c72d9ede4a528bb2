/**
 * Secrets and configs: the same endpoints over two kinds of stored bytes. What they differ in is in
 * {@code Secrets} and {@code Configs}.
 */
@NullMarked
package dev.skep.gateway.secret;

import org.jspecify.annotations.NullMarked;
