// `$x$`, `$x$$` and `$$vars`: values as text, in SystemTap's format.
//
//   {.a=1, .c='q', .s="text", .next=0x7f…, .in={...}, .arr=[...]}     $x$: one level
//   {.in={.a=1}, .arr=[3, 4, ...]}                                    $x$$: nested ones too
//
// Of an array the first five elements are shown; the text ends with ", ..." after 32 values. Values of
// enums are shown by name. What is in memory that cannot be read is "<fault>", a null pointer to text 0x0; '?' is
// what has no value here (optimised out, or in a register that a probe does not get).
#pragma once

#include <functional>

#include "probes/place.h"

namespace coretap::probes {

/// Text of the place; `deep` for `$$`. `place` is called once, to emit what leads there: a fault on the way is shown, too.
/// Fails if there is no such place; a part that cannot be read is a '?' in the text.
ct::Result<ir::Operand> pretty_print(const std::function<ct::Result<Place>()>& place, bool deep,
                                     PlaceEmitter& emitter);

/// One variable of a `$$vars`-like text. `emit` may be null: "name=?".
struct VarsEntry {
  std::string name;
  debug::TypePtr type;
  std::function<Place(PlaceEmitter&)> emit;
};
/// "a=0x1 b={...}"; `pretty` 1 or 2 prints each as `$x$` or `$x$$`, 0 as a hexadecimal number.
ir::Operand print_vars(const std::vector<VarsEntry>& entries, int pretty, PlaceEmitter& emitter);

}  // namespace coretap::probes
