// Which operation of the IR an operator of the language is.
#pragma once

#include "ast/operators.h"
#include "ir/ir.h"

namespace coretap {

/// The operation of an arithmetic operator, as ast/operators.def has it; aborts for any other.
ir::Op operation_of(ast::Operator op);

}  // namespace coretap
