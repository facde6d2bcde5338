// A session: one run of a script, from loading its probes to its last warning.
#pragma once

#include "runtime/user/harness/program.h"
#include "runtime/user/harness/run_options.h"

namespace ct {

/// How a run ended. Failed: the session could not start, ended by errors, or lost output. CommandFailed: nothing failed but the
/// command of -c, which a warning has told.
enum class Ending : uint8_t { Done, CommandFailed, Failed };

/// Runs the script. Prints its output and all messages. Call once in a process.
Ending run(const Program& program, const RunOptions& options);

/// What a process whose run ended so ends with.
inline int exit_status(Ending ending) { return ending == Ending::Done ? 0 : 1; }

/// Loads the kernel object and lets go of it: prints its flavour, or why the kernel refuses it. The
/// exit status is 0 or 1.
int check_load(const Program& program, const RunOptions& options);

}  // namespace ct
