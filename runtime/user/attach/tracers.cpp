#include "tracers.h"

#include <string>
#include <string_view>

#include "runtime/user/harness/kallsyms.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

/// How names of functions begin that the kernel makes of each tracepoint (include/linux/tracepoint.h, include/trace/perf.h,
/// include/trace/bpf_probe.h, include/trace/trace_events.h), and those that make the events of single system calls
/// (kernel/trace/trace_syscalls.c). Some call no tracer, but lie between those that do.
constexpr std::string_view kBeginnings[] = {
    "__traceiter_",  "__probestub_",           "__bpf_trace_",      "perf_trace_",
    "bpf_trace_run", "trace_event_raw_event_", "trace_raw_output_", "trace_event_get_offsets_",
    "perf_syscall_", "ftrace_syscall_",
};
/// What is before a function to be patched (CONFIG_CALL_PADDING), and what is data.
constexpr std::string_view kPadding = "__pfx_", kData = "__bpf_trace_tp_map_";

bool is_tracer(std::string_view name) {
  if (name.starts_with(kPadding)) name.remove_prefix(kPadding.size());
  if (name.starts_with(kData)) return false;
  for (std::string_view beginning : kBeginnings)
    if (name.starts_with(beginning)) return true;
  return false;
}

}  // namespace

std::vector<ct_code> tracers() {
  std::vector<ct_code> found = {{1ull << 63, 0}};  // what is before the first
  bool is_inside = false;
  kallsyms::for_each([&](u64 address, const char* name) {
    const bool is = is_tracer(name);
    if (is_inside) found.back().size = address - found.back().begin;
    if (is && !is_inside) found.push_back({address, 0});
    is_inside = is;
  });
  if (found.size() > CT_TRACERS)
    print_warning(
        "the kernel has more events than backtraces know: some may begin with its function "
        "__traceiter_NAME");
  found.resize(CT_TRACERS, {~0ull, 0});
  return found;
}

}  // namespace ct
