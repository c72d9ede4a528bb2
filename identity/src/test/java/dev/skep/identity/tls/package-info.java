@NullMarked
package dev.skep.identity.tls;

import org.jspecify.annotations.NullMarked;
