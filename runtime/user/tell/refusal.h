// Why a script cannot run here, in words: what the kernel says is often just "No such process".
#pragma once

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

/// `refusal` is the failure to load or attach the kernel part. Gives it the words of the reason that lies behind it
/// (rights, BTF, a function or tracepoint that is not there, lockdown), or leaves it as it is.
/// With `verbose`, what the kernel said follows.
Status explain_refusal(const Program& program, const Status& refusal, bool verbose);

/// Fails if the process lacks the rights to trace, and says which.
Status check_rights();

/// Fails if the kernel's lockdown forbids everybody to trace.
Status check_lockdown();

}  // namespace ct
