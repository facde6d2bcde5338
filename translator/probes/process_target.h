// Which object a point names whose code is probed, a program's or the kernel's, and what their families share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probes/families.h"

namespace coretap::probes {

struct ProcessTarget {
  std::shared_ptr<debug::Module> module;
  int64_t pid = 0;  ///< process(PID); 0 = every process that maps the object
  bool is_kernel =
      false;  ///< `kernel` or `module("M")`: the module is its vmlinux, or M as link_module() makes it
  std::string kernel_module;  ///< M, or "" for the kernel itself
};

/// The objects of `kernel`, `module("m")`, `process`, `process(PID)`, `process("path")` (which may hold wildcards) and an
/// optional `.library("name")`. Empty after reporting why.
std::vector<ProcessTarget> find_process_targets(const ast::ProbePoint& point,
                                                ResolveContext& context);

/// The one executable that a process of `process("path")` runs, a script's interpreter; "" after
/// reporting why there is none.
std::string find_program(const ast::ProbeComponent& process, ResolveContext& context);

/// The executables that `process("path")` names, which may have wildcards; of a script its interpreter. Absolute paths,
/// links followed, each once. Empty after reporting that there is none.
std::vector<std::string> find_programs(const ast::ProbeComponent& process, ResolveContext& context);

/// `process("/usr/bin/x")`: how canonical names begin.
std::string canonical_prefix(const ProcessTarget& target);

/// Reports that the object has no debug information, with what was looked for.
void report_no_dwarf(const debug::Module& module, const Span& at, const std::string& needed_for,
                     Diagnostics& diagnostics);

/// Hints for an object without debug information: the files that were looked for, those that do not fit, and where to get them.
void hint_at_debug_files(const debug::Module& module, Diagnostic& diagnostic);

/// What a site is besides its address.
struct SiteDetails {
  std::string canonical;
  std::string function;
  debug::SourceLine source;  ///< line 0 if not known
  uint64_t scope = 0;        ///< whose variables, as Module::variables_at takes it
  bool is_mark = false;      ///< a USDT mark
};

/// One uprobe at `point`, a link-time address; nothing (reported) if it is not in executable code.
/// In the kernel it is a kprobe or kretprobe instead. `mechanism` is Uprobe; or Uretprobe, with the entry of a function; or UprobeAtReturn, with one of its
/// return instructions.
std::optional<ResolvedProbe> make_uprobe(const ProcessTarget& target, debug::CodePoint point,
                                         ir::Mechanism mechanism, const SiteDetails& text,
                                         const Span& at, ResolveContext& context);

std::string hex(uint64_t value);

}  // namespace coretap::probes
