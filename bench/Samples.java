import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Measured values of one thing, told as `median [min..max] n`. */
final class Samples {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  /** NaN where nothing was measured. */
  double median() {
    if (isEmpty()) {
      return Double.NaN;
    }
    var sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  /** Each round's value over the same round's of the other: what differs from round to round cancels out. */
  Samples over(Samples other) {
    var ratios = new Samples();
    for (int i = 0; i < Math.min(values.size(), other.values.size()); i++) {
      ratios.add(values.get(i) / other.values.get(i));
    }
    return ratios;
  }

  @Override
  public String toString() {
    return isEmpty()
        ? "-"
        : String.format(Locale.ROOT, "%.2f [%.2f..%.2f] n%d", median(), Collections.min(values), Collections.max(values), values.size());
  }
}
