/**
 * The one port between hosts. Start with {@link dev.skep.conf.control.FrontDoor}: it reads the
 * ClientHello of each connection and joins the connection with the component whose protocol was
 * asked for, which listens on loopback. It holds no key and ends no TLS: who a peer is, the
 * component finds out, and tells the door. Never anything here that depends on what a component
 * speaks.
 */
@NullMarked
package dev.skep.conf.control;

import org.jspecify.annotations.NullMarked;
