@NullMarked
package dev.skep.gateway.service.rules;

import org.jspecify.annotations.NullMarked;
