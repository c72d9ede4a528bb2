package dev.skep.engine;

import dev.skep.engine.http.UriText;

/**
 * An image reference as users write it: {@code [registry/]name[:tag][@digest]}, or {@code
 * sha256:...} for an image by its id.
 *
 * @param repository everything before the tag and digest
 * @param tag empty when there is none
 * @param digest such as sha256:..., empty when there is none
 */
public record ImageName(String repository, String tag, String digest) {
  /** Never fails: what is no reference at all is a repository that no engine has. */
  public static ImageName parse(String text) {
    String rest = text;
    String digest = "";
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest = rest.substring(at + 1);
      rest = rest.substring(0, at);
    }
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/') && !isId(text)) {
      return new ImageName(rest.substring(0, colon), rest.substring(colon + 1), digest);
    }
    return new ImageName(rest, "", digest);
  }

  /** Whether {@code text} names an image by its id, which no registry can serve. */
  public static boolean isId(String text) {
    return text.startsWith("sha256:");
  }

  /** The reference in the engine's short form, with the tag that is meant when none is written. */
  public String familiar() {
    if (isId(repository)) {
      return repository;
    }
    String tagged =
        tag.isEmpty() && digest.isEmpty()
            ? repository + ":latest"
            : tag.isEmpty() ? repository : repository + ":" + tag;
    return digest.isEmpty() ? tagged : tagged + "@" + digest;
  }

  /** Without tag or digest a pull would fetch every tag, so {@code latest} is asked for. */
  String pullQuery() {
    String wanted = digest.isEmpty() ? (tag.isEmpty() ? "latest" : tag) : digest;
    return "fromImage=" + UriText.encode(repository) + "&tag=" + UriText.encode(wanted);
  }
}
