// Which functions leave a call to the overload after them.
#pragma once

#include "ast/ast.h"

namespace coretap {

/// May a call of it end by `next`, so that the next overload is tried?
bool may_decline(const ast::FunctionDecl& function);

}  // namespace coretap
