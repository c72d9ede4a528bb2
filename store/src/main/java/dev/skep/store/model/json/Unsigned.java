package dev.skep.store.model.json;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A number of the API that cannot be negative, because Go keeps it in an unsigned type: a client
 * that sends a negative one is refused while its request is read. What is stored is taken as it is.
 * {@code int} stands for Go's uint32, {@code long} for its uint64.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({
  ElementType.RECORD_COMPONENT,
  ElementType.FIELD,
  ElementType.METHOD,
  ElementType.PARAMETER
})
public @interface Unsigned {}
