// Why a script cannot run here, in words: what the kernel says is often just "No such process".
#pragma once

#include <string>

#include "runtime/user/harness/program.h"

namespace ct {

/// `error` is what loading or attaching the kernel part said. Returns the reason that lies behind it
/// (rights, BTF, a function or tracepoint that is not there, lockdown), or `error` itself.
/// With `verbose`, what the kernel said follows.
std::string explain_refusal(const Program& program, const std::string& error, bool verbose);

}  // namespace ct
