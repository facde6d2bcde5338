// Runs the passes, in order, as far as asked.
#pragma once

#include "options.h"

namespace coretap {

/// Does what `options` say; returns the exit status of the process.
int drive(const Options& options);

}  // namespace coretap
