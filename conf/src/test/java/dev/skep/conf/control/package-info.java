@NullMarked
package dev.skep.conf.control;

import org.jspecify.annotations.NullMarked;
