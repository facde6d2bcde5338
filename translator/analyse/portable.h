// --portable: which probes run on one build of a file or kernel only.
#pragma once

#include "analyse/program.h"

namespace coretap {

/// Reports `not-portable` for every probe point that was resolved with one file's debug
/// information or addresses: a built binary refuses to attach it to any other build.
void check_portable(Program& program);

/// The same as text, a line for each, for -v.
std::vector<std::string> bound_probes(const Program& program);

}  // namespace coretap
