/**
 * Values of networks: an address, a subnet, an address with a port. They read and write the usual
 * text, compute with it, and know nothing of the model, of hosts or of name servers. Start with
 * {@link dev.skep.store.net.Subnet}.
 */
@NullMarked
package dev.skep.store.net;

import org.jspecify.annotations.NullMarked;
