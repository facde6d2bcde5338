// Pass 5: a compiled script runs in this process.
#pragma once

#include "build/artifacts.h"
#include "options.h"
#include "pass_notes.h"
#include "support/diagnostics.h"

namespace coretap {

/// Loads the harness, hands it the kernel object, and runs the session. Returns the exit status of the process.
int run_now(const Artifacts& artifacts, const Options& options, const PassNotes& notes,
            Diagnostics& diagnostics);

}  // namespace coretap
