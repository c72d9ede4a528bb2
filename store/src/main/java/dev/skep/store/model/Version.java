package dev.skep.store.model;

/**
 * When an object was last written: the index of the committed log entry. A client that updates an
 * object names the version that it read.
 *
 * @param index the log index, 0 for an object that is not stored yet
 */
public record Version(long index) {
  public static final Version NONE = new Version(0);
}
