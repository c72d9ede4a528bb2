package dev.skep.store.constraint;

/** Text with {@code *} for any characters, compared without regard to case. */
final class Glob {
  private Glob() {}

  /**
   * Whether {@code text} is of the form {@code glob}. Linear in practice: each star gives way once.
   */
  static boolean matches(String glob, String text) {
    if (glob.indexOf('*') < 0) {
      return false;
    }
    int g = 0;
    int t = 0;
    int star = -1;
    int resume = 0;
    while (t < text.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        resume = t;
      } else if (g < glob.length() && same(glob.charAt(g), text.charAt(t))) {
        g++;
        t++;
      } else if (star >= 0) {
        g = star + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }

  private static boolean same(char a, char b) {
    return Character.toLowerCase(Character.toUpperCase(a))
        == Character.toLowerCase(Character.toUpperCase(b));
  }
}
