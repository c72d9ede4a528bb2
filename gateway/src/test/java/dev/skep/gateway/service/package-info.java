@NullMarked
package dev.skep.gateway.service;

import org.jspecify.annotations.NullMarked;
