// Errors and accounting, in SystemTap's words where it has them.
#pragma once

#include <string>

#include "kernel_object.h"

namespace ct {

/// Text of a run-time error that a kernel handler sent: "division by 0 near …".
std::string describe_error(const Program& program, const ct_rec_error& record);

/// The warnings at the end: errors, skipped probes, lost records; -t statistics.
void report_accounts(const Program& program, const KernelObject& object, u64 errors, bool timing);

}  // namespace ct
