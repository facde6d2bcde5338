// Is one body the code of another, but for constants?
#pragma once

#include <optional>
#include <vector>

#include "ir/ir.h"

namespace coretap {

/// The literals among the operands of a body, in program order.
std::vector<ir::Operand> literals(const ir::Body& body);

/// Do the bodies differ in nothing but the names of their locals and in literals of one type at the same places? What may
/// raise an error must also stand at the same place of the script, for the error names it.
bool is_same_code(const ir::Module& module, const ir::Body& a, const ir::Body& b);

}  // namespace coretap
