// `$x$`, `$x$$` and `$$vars`: values as text, in SystemTap's format.
//
//   {.a=1, .c='q', .s="text", .next=0x7f…, .in={...}, .arr=[...]}     $x$: one level
//   {.in={.a=1}, .arr=[3, ...]}                                       $x$$: nested ones too
//
// Of an array only the first element is shown; the text ends with ", ..." after 32 values. A
// floating-point value is '?'. A string that cannot be read shows its address, any other fault
// makes the whole text "ERROR".
#pragma once

#include <functional>

#include "probes/place.h"

namespace coretap::probes {

/// Text of the place; `deep` for `$$`.
ir::Operand pretty_print(const Place& place, bool deep, PlaceEmitter& emitter);

/// One variable of a `$$vars`-like text. `emit` may be null: "name=?".
struct VarsEntry {
  std::string name;
  debug::TypePtr type;
  std::function<Place(PlaceEmitter&)> emit;
};
/// "a=0x1 b={...}"; `pretty` 1 or 2 prints each as `$x$` or `$x$$`, 0 as a hexadecimal number.
ir::Operand print_vars(const std::vector<VarsEntry>& entries, int pretty, PlaceEmitter& emitter);

}  // namespace coretap::probes
