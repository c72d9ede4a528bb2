/** The images that tasks need: present in the engine, or pulled. */
@NullMarked
package dev.skep.node.image;

import org.jspecify.annotations.NullMarked;
