@NullMarked
package dev.skep.gateway.task;

import org.jspecify.annotations.NullMarked;
