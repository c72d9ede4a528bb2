package dev.skep.store.template.eval;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.printf.Sprint;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import dev.skep.store.template.value.Value.Bool;
import dev.skep.store.template.value.Value.Dict;
import dev.skep.store.template.value.Value.Int;
import dev.skep.store.template.value.Value.Items;
import dev.skep.store.template.value.Value.Nothing;
import dev.skep.store.template.value.Value.Real;
import dev.skep.store.template.value.Value.Struct;
import dev.skep.store.template.value.Value.Text;
import dev.skep.store.template.value.Work;
import java.util.List;

/** Compares values of one kind; Go refuses to compare a number with a text. */
final class Comparison {
  private Comparison() {}

  /** Whether the first is equal to any of the others. */
  static boolean anyEqual(List<Value> args, Work work) {
    if (args.size() < 2) {
      comparable(args.getFirst());
      throw new TemplateException("missing argument for comparison");
    }
    for (Value other : args.subList(1, args.size())) {
      if (equal(args.getFirst(), other, work)) {
        return true;
      }
    }
    return false;
  }

  static boolean equal(List<Value> two, Work work) {
    return equal(two.getFirst(), two.get(1), work);
  }

  private static boolean equal(Value a, Value b, Work work) {
    return switch (a) {
      case Text x when b instanceof Text y -> {
        work.spend(Math.min(x.bytes().length(), y.bytes().length()));
        yield x.bytes().equals(y.bytes());
      }
      case Int x when b instanceof Int y -> x.number() == y.number();
      case Real x when b instanceof Real y -> x.number() == y.number();
      case Bool x when b instanceof Bool y -> x.truth() == y.truth();
      case Struct x when b instanceof Struct y -> {
        comparable(a);
        comparable(b);
        yield x.equals(y);
      }
      case Nothing _ -> b instanceof Nothing;
      case Text _, Int _, Real _, Bool _, Struct _, Items _, Dict _ -> {
        if (b instanceof Nothing) {
          yield false;
        }
        comparable(a);
        comparable(b);
        throw incompatible();
      }
    };
  }

  private static void comparable(Value value) {
    boolean can =
        switch (value) {
          case Items _, Dict _ -> false;
          case Struct struct ->
              struct.fields().values().stream()
                  .noneMatch(
                      field -> field instanceof Dict || (field instanceof Struct s && !flat(s)));
          case Text _, Int _, Real _, Bool _, Nothing _ -> true;
        };
    if (!can) {
      throw new TemplateException(
          "non-comparable type %s: " + value.typeName(),
          GoString.java(new Sprint(new Work()).printed(value)));
    }
  }

  private static boolean flat(Struct struct) {
    return struct.fields().values().stream().allMatch(Text.class::isInstance);
  }

  static boolean less(List<Value> two, Work work) {
    return order(two, work) < 0;
  }

  static boolean lessOrEqual(List<Value> two, Work work) {
    return order(two, work) <= 0;
  }

  private static int order(List<Value> two, Work work) {
    Value b = two.get(1);
    return switch (two.getFirst()) {
      case Text x when b instanceof Text y -> {
        work.spend(Math.min(x.bytes().length(), y.bytes().length()));
        yield x.bytes().compareTo(y.bytes());
      }
      case Int x when b instanceof Int y -> Long.compare(x.number(), y.number());
      case Real x when b instanceof Real y -> Double.compare(x.number(), y.number());
      case Bool _ when b instanceof Bool -> throw unordered();
      case Items _, Dict _, Struct _, Nothing _ -> throw unordered();
      case Text _, Int _, Real _, Bool _ -> {
        throw switch (b) {
          case Text _, Int _, Real _, Bool _ -> incompatible();
          case Items _, Dict _, Struct _, Nothing _ -> unordered();
        };
      }
    };
  }

  private static TemplateException incompatible() {
    return new TemplateException("incompatible types for comparison");
  }

  private static TemplateException unordered() {
    return new TemplateException("invalid type for comparison");
  }
}
