@NullMarked
package dev.skep.gateway.api.cluster;

import org.jspecify.annotations.NullMarked;
