// $value of procfs probes.
#pragma once

#include "ast/ast.h"
#include "ir/ir.h"
#include "support/diagnostics.h"

namespace coretap {

/// Makes calls of each use of $value in the body of a procfs probe: a .read assigns to it or appends, a .write reads it. What
/// else is done with it is reported.
void make_file_value_calls(ast::StmtPtr& body, ir::UserEvent event, Diagnostics& diagnostics);

}  // namespace coretap
