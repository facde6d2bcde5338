// The expression of an atomic update (ir::UpdateStep), which is the same in C and in C++.
#pragma once

#include <string>
#include <vector>

#include "ir/ir.h"

namespace coretap {

/// What the two languages call what has no operator. Each takes two values.
struct UpdateNames {
  const char *divide, *modulo, *larger, *smaller;
};

/// The new value, where `old` is the text of the value before; `values` holds a text for each step.
std::string update_text(const std::vector<ir::UpdateStep>& steps, std::string old,
                        const std::vector<std::string>& values, const UpdateNames& names);

/// Text of `a op b` for one of the operations Add to Shr but Div and Mod, and for comparisons. Unsigned
/// where signed overflow, undefined in C, wraps in scripts.
std::string arithmetic_text(ir::Op op, const std::string& a, const std::string& b);

}  // namespace coretap
