// Is one body the code of another, but for constants?
#pragma once

#include <optional>
#include <vector>

#include "ir/ir.h"

namespace coretap {

/// The literals among the operands of a body, in program order.
std::vector<ir::Operand> literals(const ir::Body& body);

/// Do the bodies differ in nothing but the names of their locals and in literals of one type at the same places? What the user's
/// script says must be the same text, not another one that says the same; and what may raise an error, for the error names its
/// place.
bool is_same_code(const ir::Module& module, const ir::Body& a, const ir::Body& b);

}  // namespace coretap
