package dev.skep.gateway.service.rules;

import java.util.regex.Pattern;

/**
 * Whether text names an image: the grammar of distribution/reference, after the short forms were
 * filled in ({@code nginx} is {@code docker.io/library/nginx}).
 */
final class ImageReference {
  private static final String PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
  private static final String IPV6 = "\\[(?:[a-fA-F0-9:]+)\\]";
  private static final String DOMAIN =
      "(?:" + PART + "(?:\\." + PART + ")*|" + IPV6 + ")(?::[0-9]+)?";
  private static final String WORD = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  private static final String PATH = WORD + "(?:/" + WORD + ")*";
  private static final String TAG = ":[\\w][\\w.-]{0,127}";
  private static final String DIGEST =
      "@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
  private static final Pattern REFERENCE =
      Pattern.compile("(?:" + DOMAIN + "/)?" + PATH + "(?:" + TAG + ")?(?:" + DIGEST + ")?");
  private static final Pattern ID = Pattern.compile("[a-f0-9]{64}");
  private static final int MAX_NAME = 255;

  private ImageReference() {}

  static boolean valid(String text) {
    if (ID.matcher(text).matches()) {
      return false; // could be an id or a name; the engine refuses the doubt
    }
    int end = text.indexOf('@') < 0 ? text.length() : text.indexOf('@');
    int tag = text.lastIndexOf(':', end - 1);
    int name = tag > text.lastIndexOf('/', end - 1) ? tag : end;
    return name <= MAX_NAME && REFERENCE.matcher(text).matches();
  }
}
