package dev.skep.store.template.printf;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.value.Work;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Broken numbers as Go's printf writes them. */
final class Floats {
  private static final int DEFAULT_PRECISION = 6;

  private Floats() {}

  static String written(double value, int verb, Format format, Work work) {
    int kind = verb == 'v' ? 'g' : Character.toLowerCase(verb);
    int precision =
        format.precision() >= 0 ? format.precision() : kind == 'g' ? -1 : DEFAULT_PRECISION;
    work.spend(Math.max(0, precision));
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    double magnitude = Math.abs(value);
    String digits =
        switch (kind) {
          case 'e' -> exponential(magnitude, precision);
          case 'f' ->
              new BigDecimal(magnitude).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
          default -> general(magnitude, precision);
        };
    if (format.sharp()) {
      digits = withPoint(digits, kind == 'g' ? precision < 0 ? DEFAULT_PRECISION : precision : 0);
    }
    digits = verb == 'E' || verb == 'G' ? digits.toUpperCase(Locale.ROOT) : digits;
    String sign = negative ? "-" : format.plus() ? "+" : format.space() ? " " : "";
    int missing = format.width() - sign.length() - digits.length();
    if (!sign.isEmpty() && format.zero() && !format.minus() && missing > 0) {
      work.spend(missing);
      return sign + "0".repeat(missing) + digits;
    }
    return format.padded(sign + digits, work);
  }

  /** The bits themselves: the mantissa in hexadecimal, or whole, and the power of two. */
  static String binary(double value, int verb, Format format, Work work) {
    if (format.precision() >= 0 || format.sharp()) {
      throw new TemplateException(
          "printf cannot write a float64 with a precision or # and %%" + (char) verb);
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    double magnitude = Math.abs(value);
    String digits;
    if (verb == 'b') {
      int exponent = Math.max(Math.getExponent(magnitude), Double.MIN_EXPONENT) - 52;
      long mantissa = (long) Math.scalb(magnitude, -exponent);
      digits = mantissa + "p" + (exponent < 0 ? "" : "+") + exponent;
    } else {
      String hex = Double.toHexString(magnitude).replace(".0p", "p");
      int p = hex.indexOf('p');
      int exponent = Integer.parseInt(hex.substring(p + 1));
      digits =
          hex.substring(0, p) + (exponent < 0 ? "p-" : "p+") + "%02d".formatted(Math.abs(exponent));
      digits = verb == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
    }
    String sign = negative ? "-" : format.plus() ? "+" : format.space() ? " " : "";
    return format.padded(sign + digits, work);
  }

  private static String exponential(double value, int precision) {
    BigDecimal exact = new BigDecimal(value);
    BigDecimal rounded =
        value == 0 ? exact : exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    return exponential(rounded, precision);
  }

  private static String exponential(BigDecimal rounded, int precision) {
    String digits = rounded.signum() == 0 ? "0" : rounded.unscaledValue().toString();
    int exponent = rounded.signum() == 0 ? 0 : digits.length() - 1 - rounded.scale();
    String fraction = digits.substring(1);
    fraction =
        fraction.length() < precision
            ? fraction + "0".repeat(precision - fraction.length())
            : fraction.substring(0, precision);
    return digits.charAt(0)
        + (precision > 0 ? "." + fraction : "")
        + "e"
        + (exponent < 0 ? "-" : "+")
        + "%02d".formatted(Math.abs(exponent));
  }

  /** With an exponent where the plain form would be long. */
  private static String general(double value, int precision) {
    boolean shortest = precision < 0;
    int wanted = precision == 0 ? 1 : precision;
    BigDecimal number =
        value == 0
            ? BigDecimal.ZERO
            : (shortest
                    ? new BigDecimal(Double.toString(value))
                    : new BigDecimal(value).round(new MathContext(wanted, RoundingMode.HALF_EVEN)))
                .stripTrailingZeros();
    int digits = number.signum() == 0 ? 0 : number.precision();
    int point = number.signum() == 0 ? 0 : digits - number.scale();
    int limit = wanted > digits && digits >= point ? digits : wanted;
    if (shortest) {
      limit = DEFAULT_PRECISION;
    }
    if (number.signum() != 0 && (point - 1 < -4 || point - 1 >= limit)) {
      return exponential(number, digits - 1);
    }
    return number.setScale(Math.max(0, digits - point), RoundingMode.UNNECESSARY).toPlainString();
  }

  /** With a point, and zeros up to so many digits. */
  private static String withPoint(String written, int wanted) {
    int e = written.indexOf('e');
    String number = e < 0 ? written : written.substring(0, e);
    int first = 0;
    while (first < number.length() && "0.".indexOf(number.charAt(first)) >= 0) {
      first++;
    }
    int missing = wanted - (int) number.substring(first).chars().filter(c -> c != '.').count();
    if (number.indexOf('.') < 0) {
      missing -= number.equals("0") ? 1 : 0;
      number += ".";
    }
    return number + "0".repeat(Math.max(0, missing)) + (e < 0 ? "" : written.substring(e));
  }
}
