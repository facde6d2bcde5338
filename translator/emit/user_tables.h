// The constant tables of the generated unit (runtime/user/harness/program.h describes them).
#pragma once

#include <string>

#include "ir/ir.h"

namespace coretap {

std::string handler_function(const ir::UserHandler& handler);

/// All tables, ct_program last.
std::string user_tables(const ir::Module& module);

}  // namespace coretap
