// The script's global variables at run time: arrays by index, -G, display at the end.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

/// Makes the arrays and statistics of the program. `max_map_entries` is MAXMAPENTRIES.
void create_arrays(const Program& program, u32 max_map_entries);
/// Entries that this array may have.
u32 entry_limit(const Global& global, u32 max_map_entries);

/// Writes initial values of scalars to the shared block (the kernel object's ct_globals, or
/// private memory when there is none) and to harness memory, then those given with -G.
Status set_scalars(const Program& program, char* shared,
                   const std::vector<std::pair<std::string, std::string>>& values);

/// Prints globals that the script only writes, as stap does in a last `end` probe. In JSON these are all globals of the script: its
/// text does not show what a program reads.
void display_globals(const Program& program);

/// All globals of the script in Prometheus's text format: metrics.h.
std::string metrics_of_globals(const Program& program);

}  // namespace ct
