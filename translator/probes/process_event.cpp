// process.begin, .end, .thread.begin, .thread.end, .syscall and .syscall.return: what happens to a process as a whole. They
// need nothing of its program: they are tracepoints, and a gate in the kernel (ir::ProcessGate) lets the events through
// whose process the point means: every process that runs a program, one process, or all that the
// command of -c or the process of -x starts.
//
// As stap has it, a process begins when it is forked, and again when it runs another program; and one that is there already
// when the script starts begins then. It ends when its main thread ends, and when it runs another program.
#include "probes/families.h"
#include "probes/plain_scopes.h"
#include "probes/process_target.h"

namespace coretap::probes {

namespace {

using Gate = ir::ProcessGate;

/// A tracepoint at which the event is seen.
struct EventSite {
  ir::Mechanism mechanism;
  const char* target;
  Gate::Event event;
  bool may_be_absent = false;
};

struct EventKind {
  std::vector<const char*> components;  ///< behind process(...)
  Gate::Threads threads;
  std::vector<EventSite> sites;
};

constexpr const char* kSyscallEntry = "raw_syscalls:sys_enter";
constexpr const char* kSyscallExit = "raw_syscalls:sys_exit";

const std::vector<EventKind>& kinds() {
  using ir::Mechanism;
  static const std::vector<EventKind> all = {
      {{"begin"},
       Gate::Main,
       {{Mechanism::Tracepoint, kSyscallExit, Gate::SystemCall},
        {Mechanism::TpBtf, "sched_process_exec", Gate::Exec}}},
      // sched_prepare_exec is there since Linux 6.10 (kernel commit 5c5fad46e48c); the other threads are gone only after it, so
      // if one of them runs execve(), the main thread's end is what is seen.
      {{"end"},
       Gate::Main,
       {{Mechanism::TpBtf, "sched_process_exit", Gate::UserTaskEnd},
        {Mechanism::TpBtf, "sched_prepare_exec", Gate::UserTaskEnd, true}}},
      {{"thread", "begin"},
       Gate::Others,
       {{Mechanism::Tracepoint, kSyscallExit, Gate::SystemCall}}},
      {{"thread", "end"},
       Gate::Others,
       {{Mechanism::TpBtf, "sched_process_exit", Gate::UserTaskEnd}}},
      {{"syscall"}, Gate::All, {{Mechanism::Tracepoint, kSyscallEntry, Gate::Any}}},
      {{"syscall", "return"}, Gate::All, {{Mechanism::Tracepoint, kSyscallExit, Gate::Any}}},
  };
  return all;
}

const EventKind& kind_of(const ast::ProbePoint& point) {
  for (const EventKind& kind : kinds()) {
    bool agrees = kind.components.size() + 1 == point.components.size();
    for (size_t i = 0; agrees && i < kind.components.size(); i++)
      agrees = point.components[i + 1].functor == kind.components[i];
    if (agrees) return kind;
  }
  return kinds().front();  // never: registry.cpp has a pattern for each
}

bool is_syscall(const EventKind& kind) { return kind.threads == Gate::All; }

/// Which processes: the beginning of the canonical name, and what the gate asks.
struct Processes {
  std::string prefix;
  int64_t pid = 0;
  std::string program;  ///< "": whatever they run
};

std::vector<Processes> find_processes(const ast::ProbeComponent& process, ResolveContext& context) {
  std::vector<Processes> found;
  if (process.string_arg)
    for (const std::string& program : find_programs(process, context))
      found.push_back({"process(\"" + program + "\")", 0, program});
  else if (!process.number_arg)
    found.push_back({"process", 0, ""});
  else if (int64_t pid = *process.number_arg; !context.lookups.process(pid).empty())
    found.push_back({"process(" + std::to_string(pid) + ")", pid, ""});
  else
    context.diagnostics.semantic_error("no-such-process", process.span,
                                       "there is no process " + std::to_string(pid));
  return found;
}

}  // namespace

std::vector<ResolvedProbe> resolve_process_event(const ast::ProbePoint& point,
                                                 ResolveContext& context) {
  const EventKind& kind = kind_of(point);
  const ast::ProbeComponent& process = point.components.front();
  std::string rest;
  for (const char* component : kind.components) rest += std::string(".") + component;
  std::vector<ResolvedProbe> probes;
  for (const Processes& processes : find_processes(process, context)) {
    Gate gate;
    gate.threads = kind.threads;
    gate.pid = processes.pid;
    gate.beginning = context.beginnings++;
    if (!processes.program.empty()) {
      gate.program = static_cast<uint32_t>(context.programs.size());
      context.programs.push_back({processes.program, processes.prefix + rest, ir::Need::Optional});
    }
    for (const EventSite& site : kind.sites) {
      ResolvedProbe probe;
      probe.canonical = processes.prefix + rest;
      probe.side = ir::Side::Kernel;
      probe.mechanism = site.mechanism;
      probe.site.target = site.target;
      probe.gate = gate;
      probe.gate->event = site.event;
      if (gate.pid == 0 && processes.program.empty()) probe.only_if = "__is_traced_process";
      probe.may_be_absent = site.may_be_absent;
      probe.is_further_place = &site != &kind.sites.front();
      if (is_syscall(kind))
        probe.scope = make_every_syscall_scope(site.target == kSyscallExit);
      else
        probe.scope = make_no_scope("the beginning and the end of a process have no variables");
      probes.push_back(std::move(probe));
    }
  }
  return probes;
}

}  // namespace coretap::probes
