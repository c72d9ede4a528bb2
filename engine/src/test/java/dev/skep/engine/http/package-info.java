@NullMarked
package dev.skep.engine.http;

import org.jspecify.annotations.NullMarked;
