// Formats of printf, taken apart: what the language's tree and the IR both hold.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coretap {

/// The constants of an enum, for a conversion that prints their names.
struct EnumNames {
  std::vector<std::pair<int64_t, std::string>> constants;
  bool is_flags = false;  ///< each is one bit: a value can be several of them
};

/// One conversion or literal run of a printf format.
struct FormatPiece {
  /// When takes an argument: what follows it, up to its End, is there only if that is from `low` to `high`.
  enum Kind : uint8_t { Literal, Conversion, When, End } kind = Literal;
  std::string text;  ///< Literal, escapes resolved ("%%" is a literal "%")
  /// d i u x X o c s p b m M (i is folded to d). Pretty printing has more, which no script can write: f and g (the bits
  /// of a float and a double), E (the name of an enum's constant), and of two arguments, the low and the high eight
  /// bytes, I and U (128-bit integers) and L (x87's long double).
  char conversion = 0;
  bool flag_minus = false, flag_plus = false, flag_space = false, flag_zero = false,
       flag_hash = false;
  enum Size : uint8_t { None, Fixed, Dynamic };
  Size width_kind = None, precision_kind = None;
  int width = 0, precision = 0;  ///< Fixed; a Dynamic one consumes an argument
  /// Pretty printing: the bit of the format's last argument that says that this value could not be read; of text, the
  /// next bit says that its pointer is null. -1: the format has no such argument, or the value no such bit.
  int fault_bit = -1;
  bool is_quoted = false;                  ///< s and c of pretty printing: in quotes
  int64_t low = 0, high = 0;               ///< When
  std::shared_ptr<const EnumNames> names;  ///< E
  bool operator==(const FormatPiece&) const = default;
  bool takes_argument() const { return kind == Conversion || kind == When; }
  bool is_wide() const { return conversion == 'I' || conversion == 'U' || conversion == 'L'; }
};

}  // namespace coretap
