package dev.skep.store.template.value;

import dev.skep.store.template.TemplateException;

/**
 * How much an expansion may do: each step costs, and so does each byte that it makes or compares. A
 * template that a hostile user wrote ends soon, and takes little memory.
 */
public final class Work {
  /** Some tenths of a second; a template that fills the largest config takes a twentieth of it. */
  private static final int MAX = 20_000_000;

  private static final int STEP = 8;

  private int left = MAX;

  public void step() {
    spend(STEP);
  }

  /** Asked for before the bytes are made. */
  public void spend(long bytes) {
    if (bytes > left) {
      throw new TemplateException("it takes more than " + MAX + " steps and bytes");
    }
    left -= (int) bytes;
  }
}
