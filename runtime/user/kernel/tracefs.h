// What tracefs knows, whether it is mounted or not: tracepoints and the functions that ftrace can trace.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/common/result.h"

namespace ct {

/// Number of the tracepoint "system:name" for perf_event_open. Fails with Failure::Missing if tracefs is there and the
/// tracepoint is not.
Result<int> tracepoint_id(const std::string& name);

/// Name to system of every trace event ("sched_switch" to "sched"); empty if tracefs cannot be read. Read once.
const std::map<std::string, std::string>& trace_event_systems();

/// A field of a trace event, as its declaration spells it: "const char *" and "filename".
struct TraceField {
  std::string type, name;
};

/// The fields of an event behind those that all events have, in their order; empty if its format cannot be read.
std::vector<TraceField> trace_event_fields(const std::string& system, const std::string& event);

/// The kernel functions that ftrace, and so kprobe.multi, can trace, as available_filter_functions lists
/// them; empty if the list cannot be read. Read once.
const std::set<std::string>& traceable_functions();

}  // namespace ct
