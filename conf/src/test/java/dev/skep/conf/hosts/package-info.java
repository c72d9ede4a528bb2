/**
 * The whole thing on hosts of its own, from outside: each with a network, a Docker Engine and a
 * daemon, on one machine (`test/hosts`); cables are pulled, processes killed, disks filled. These
 * tests know no class of Skep's. They carry the tags "e2e" and "hosts"; bin/verify runs them where
 * the rights and the programs are there, one bed at a time. Start with {@link
 * dev.skep.conf.hosts.HostBed}.
 */
@NullMarked
package dev.skep.conf.hosts;

import org.jspecify.annotations.NullMarked;
