// Run-time errors, in SystemTap's words where it has them.
#pragma once

#include <string>

#include "runtime/user/harness/program.h"
#include "runtime/user/output/output.h"

namespace ct {

/// A run-time error that a kernel handler sent, with its probe and the place in the script: "division by 0 near …".
Message error_of(const Program& program, const ct_rec_error& record);

/// The two halves of it: what went wrong, and where: "operator '/' at FILE:LINE:COLUMN", with the probe if the handler has several
/// sites; "" if the message says all.
std::string error_message(const Program& program, const ct_rec_error& record);
std::string error_place(const Program& program, const ct_rec_error& record);

/// Did user-side code call entry_unseen() since this was last asked?
bool take_entry_unseen();

}  // namespace ct
