@NullMarked
package dev.skep.conf.bus;

import org.jspecify.annotations.NullMarked;
