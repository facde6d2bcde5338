// What @probewrite asks about a probe's handler.
#pragma once

#include "ast/ast.h"

namespace coretap {

/// Replaces each @probewrite(var) in `whole`, a handler with its aliases' bodies around it, by 1 if
/// `handler`, the body that the user wrote, writes to `var`, else by 0.
void answer_probewrite(ast::StmtPtr& handler, ast::StmtPtr& whole);

}  // namespace coretap
