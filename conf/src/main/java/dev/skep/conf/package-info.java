/**
 * The composition root: reads the configuration, makes the daemon's parts and hands them what they
 * need. The only room that knows all the others, with the only main. It decides nothing about
 * services or tasks. Start with {@link dev.skep.conf.Skep}, then {@link dev.skep.conf.Daemon}.
 */
@NullMarked
package dev.skep.conf;

import org.jspecify.annotations.NullMarked;
