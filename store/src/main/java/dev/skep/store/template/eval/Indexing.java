package dev.skep.store.template.eval;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.value.Value;
import dev.skep.store.template.value.Value.Dict;
import dev.skep.store.template.value.Value.Int;
import dev.skep.store.template.value.Value.Items;
import dev.skep.store.template.value.Value.Nothing;
import dev.skep.store.template.value.Value.Text;
import dev.skep.store.template.value.Work;
import java.util.List;

/** Parts of texts, lists and labels. */
final class Indexing {
  private Indexing() {}

  static Value len(Value value) {
    return switch (value) {
      case Text text -> Value.of(text.bytes().length());
      case Items items -> Value.of(items.texts().size());
      case Dict dict -> Value.of(dict.texts().size());
      case Nothing _ -> throw new TemplateException("len of nil pointer");
      case Int _, Value.Real _, Value.Bool _, Value.Struct _ ->
          throw new TemplateException("len of type " + value.typeName());
    };
  }

  /** The first argument's part that the others lead to, one after another. */
  static Value index(List<Value> args) {
    Value at = args.getFirst();
    if (at instanceof Nothing) {
      throw new TemplateException("index of untyped nil");
    }
    for (Value key : args.subList(1, args.size())) {
      at = part(at, key);
    }
    return at;
  }

  private static Value part(Value of, Value key) {
    return switch (of) {
      case Text text ->
          new Int(text.bytes().charAt(place(key, text.bytes().length(), false)), true);
      case Items items -> new Text(items.texts().get(place(key, items.texts().size(), false)));
      case Dict dict when key instanceof Text name ->
          new Text(dict.texts().getOrDefault(name.bytes(), ""));
      case Dict _ when key instanceof Nothing ->
          throw new TemplateException("value is nil; should be of type string");
      case Dict _ ->
          throw new TemplateException("value has type " + key.typeName() + "; should be string");
      case Nothing _, Int _, Value.Real _, Value.Bool _, Value.Struct _ ->
          throw new TemplateException("can't index item of type " + of.typeName());
    };
  }

  /** The first argument's part between the others. */
  static Value slice(List<Value> args, Work work) {
    Value of = args.getFirst();
    if (of instanceof Nothing) {
      throw new TemplateException("slice of untyped nil");
    }
    if (args.size() > 4) {
      throw new TemplateException("too many slice indexes: " + (args.size() - 1));
    }
    int length =
        switch (of) {
          case Text _ when args.size() > 3 ->
              throw new TemplateException("cannot 3-index slice a string");
          case Text text -> text.bytes().length();
          case Items items -> items.texts().size();
          case Dict _, Nothing _, Int _, Value.Real _, Value.Bool _, Value.Struct _ ->
              throw new TemplateException("can't slice item of type " + of.typeName());
        };
    int from = args.size() > 1 ? place(args.get(1), length, true) : 0;
    int to = args.size() > 2 ? place(args.get(2), length, true) : length;
    int limit = args.size() > 3 ? place(args.get(3), length, true) : length;
    if (from > to) {
      throw new TemplateException("invalid slice index: " + from + " > " + to);
    }
    if (to > limit) {
      throw new TemplateException("invalid slice index: " + to + " > " + limit);
    }
    work.spend(to - from);
    return of instanceof Items items
        ? new Items(List.copyOf(items.texts().subList(from, to)))
        : new Text(((Text) of).bytes().substring(from, to));
  }

  /**
   * @param behind whether the place behind the last is meant too
   */
  private static int place(Value key, int length, boolean behind) {
    if (key instanceof Int number) {
      if (number.number() >= 0 && number.number() < length + (behind ? 1L : 0L)) {
        return (int) number.number();
      }
      throw new TemplateException("index out of range: %s", number.number());
    }
    throw new TemplateException(
        key instanceof Nothing
            ? "cannot index slice/array with nil"
            : "cannot index slice/array with type " + key.typeName());
  }
}
