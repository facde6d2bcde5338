// Finds handlers of system calls' entries that can wait for the program's memory.
//
// A page of the program that is not in memory when the entry's tracepoint fires is there when the call
// returns, because the kernel has read it by then. A handler that finds it missing stops, and its body runs at
// the exit of the same call (runtime/bpf/late.bpf.h). The script must not see the difference, except that what is
// printed comes later. So a handler waits only if
//
//   - all that it asks for is the same at the exit, or is kept of the entry: the call's arguments, the thread's
//     numbers and name, clocks (pragma `at-exit`), but nothing that it reads of the kernel;
//   - whatever else uses a global that it uses is not run between the two in the same thread: handlers of
//     other system calls and of exits, user-space probes, timers, begin and end, but no probe in the kernel,
//     and no other handler of the same entry;
//   - the script has few such handlers: each takes another place to attach to.
#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "ir/passes/passes.h"
#include "ir/walk.h"

namespace coretap {

using ir::GlobalId;
using ir::Inst;
using ir::KernelHandler;
using ir::Mechanism;
using ir::Op;
using ir::Operand;

namespace {

constexpr size_t kMostLateHandlers = 32;

/// Of a system call.
constexpr uint32_t kMostArguments = 6;

/// The trace events of a system call's entry and exit: how their names begin, of one call, and of all calls.
struct SyscallEvents {
  std::string_view entry, exit;
};
constexpr SyscallEvents kSyscallEvents[] = {{"syscalls:sys_enter_", "syscalls:sys_exit_"},
                                            {"raw_syscalls:sys_enter", "raw_syscalls:sys_exit"}};
constexpr auto kEntry = &SyscallEvents::entry, kExit = &SyscallEvents::exit;

const SyscallEvents* events_of(const ir::Site& site, std::string_view SyscallEvents::*which) {
  for (const SyscallEvents& events : kSyscallEvents)
    if (site.target.starts_with(events.*which)) return &events;
  return nullptr;
}

bool is_of_calls(Mechanism mechanism) {
  return mechanism == Mechanism::Tracepoint || mechanism == Mechanism::SyscallEntry ||
         mechanism == Mechanism::SyscallExit;
}

bool all_sites(const KernelHandler& handler, std::string_view SyscallEvents::*which) {
  return is_of_calls(handler.mechanism) &&
         std::all_of(handler.sites.begin(), handler.sites.end(),
                     [&](const ir::Site& site) { return events_of(site, which) != nullptr; });
}

/// May the two fire at the entry of one call?
bool meet(const ir::Site& a, const ir::Site& b) {
  return a.target == b.target || events_of(a, kEntry) != events_of(b, kEntry);
}

/// What a handler does, with all that it calls and all that it continues in user space.
class Deeds {
 public:
  Deeds(const ir::Module& module, uint32_t handler) : module_(module) {
    look(module.kernel_handlers[handler].body.block);
    for (const ir::Segment& segment : module.segments)
      if (segment.handler == handler) note_globals(segment.body.block);
  }

  bool reads_user_memory = false;
  bool is_same_at_exit = true;
  uint32_t arguments = 0;  ///< of the system call: how many it reads
  std::set<GlobalId> globals;

 private:
  void look(const ir::Block& block) {
    for (const Inst& inst : block) {
      look(inst);
      for (const ir::Block& inner : inst.blocks) look(inner);
    }
  }

  void look(const Inst& inst) {
    if (reads_global(inst) || writes_global(inst)) globals.insert(inst.global);
    switch (inst.op) {
      case Op::Load:
      case Op::LoadStr:
      case Op::LoadBytes:
        if (inst.space == ir::Space::User)
          reads_user_memory = true;
        else
          is_same_at_exit = false;
        return;
      case Op::CtxArg: return takes_argument(inst.imm + 1);
      case Op::EmbeddedC: is_same_at_exit &= inst.c->at_exit; return;
      case Op::Call: return call(inst);
      case Op::PerfRead:
      case Op::CoreField:
      case Op::CtxRet:
      case Op::Reg:
      case Op::RegIp: is_same_at_exit = false; return;
      default: return;
    }
  }

  void call(const Inst& inst) {
    const ir::Function& callee = module_.functions[inst.function];
    if (callee.c) {
      reads_user_memory |= callee.c->user_memory;
      is_same_at_exit &= callee.c->at_exit || callee.c->user_memory;
    }
    if (!callee.c || !callee.c->syscall_argument) {
      if (seen_.insert(inst.function).second) look(callee.body.block);
    } else if (inst.args[0].kind == Operand::Int) {
      takes_argument(inst.args[0].num);
    } else {
      arguments = kMostArguments;  // which, its site says
    }
  }

  void takes_argument(int64_t number) {
    if (number >= 1 && number <= kMostArguments)
      arguments = std::max(arguments, static_cast<uint32_t>(number));
  }

  void note_globals(const ir::Block& block) {
    for (const Inst& inst : block) {
      if (reads_global(inst) || writes_global(inst)) globals.insert(inst.global);
      if (inst.op == Op::Call && seen_.insert(inst.function).second)
        note_globals(module_.functions[inst.function].body.block);
      for (const ir::Block& inner : inst.blocks) note_globals(inner);
    }
  }

  const ir::Module& module_;
  std::set<ir::FunctionId> seen_;  ///< functions may call themselves
};

class LateReads {
 public:
  explicit LateReads(ir::Module& module) : module_(module) {}

  void run() {
    const auto count = static_cast<uint32_t>(module_.kernel_handlers.size());
    for (uint32_t i = 0; i < count; ++i) deeds_.emplace_back(module_, i);
    std::vector<uint32_t> late;
    for (uint32_t i = 0; i < count; ++i)
      if (can_wait(i)) late.push_back(i);
    if (late.size() > kMostLateHandlers) return;
    for (uint32_t i : late) add(i);
  }

 private:
  bool can_wait(uint32_t index) const {
    const KernelHandler& handler = module_.kernel_handlers[index];
    const Deeds& deeds = deeds_[index];
    if (!all_sites(handler, kEntry) || !deeds.reads_user_memory || !deeds.is_same_at_exit)
      return false;
    for (uint32_t other = 0; other < deeds_.size(); ++other)
      if (other != index && shares_globals(deeds, deeds_[other]) &&
          may_come_between(handler, other))
        return false;
    return true;
  }

  static bool shares_globals(const Deeds& a, const Deeds& b) {
    return std::any_of(a.globals.begin(), a.globals.end(),
                       [&](GlobalId global) { return b.globals.count(global) != 0; });
  }

  /// Between the entry and the exit of one call, in its thread.
  bool may_come_between(const KernelHandler& entry, uint32_t index) const {
    const KernelHandler& other = module_.kernel_handlers[index];
    switch (other.mechanism) {
      case Mechanism::Uprobe:
      case Mechanism::Uretprobe:
      case Mechanism::UprobeAtReturn:
      case Mechanism::TestRun: return false;
      case Mechanism::TpBtf:
      case Mechanism::RawTp:
      case Mechanism::Tracepoint:
      case Mechanism::SyscallEntry:
      case Mechanism::SyscallExit:
      case Mechanism::PerfEvent:
      case Mechanism::DataWatch:
      case Mechanism::Kprobe:
      case Mechanism::Kretprobe:
      case Mechanism::Fentry:
      case Mechanism::Fexit: break;
    }
    if (all_sites(other, kExit)) return false;
    if (!all_sites(other, kEntry)) return true;
    return std::any_of(other.sites.begin(), other.sites.end(), [&](const ir::Site& a) {
      return std::any_of(entry.sites.begin(), entry.sites.end(),
                         [&](const ir::Site& b) { return meet(a, b); });
    });
  }

  void add(uint32_t index) {
    KernelHandler& entry = module_.kernel_handlers[index];
    KernelHandler exit;
    exit.name = entry.name + "_late";
    exit.span = entry.span;
    exit.origin = entry.origin;
    exit.mechanism =
        entry.mechanism == Mechanism::SyscallEntry ? Mechanism::SyscallExit : Mechanism::Tracepoint;
    exit.sites = entry.sites;
    for (ir::Site& site : exit.sites) {
      const SyscallEvents& events = *events_of(site, kEntry);
      site.target = std::string(events.exit) + site.target.substr(events.entry.size());
    }
    exit.late_for = index;
    entry.companion = static_cast<uint32_t>(module_.kernel_handlers.size());
    entry.late_arguments = deeds_[index].arguments;
    module_.kernel_handlers.push_back(std::move(exit));
  }

  ir::Module& module_;
  std::vector<Deeds> deeds_;
};

}  // namespace

void add_late_reads(ir::Module& module) { LateReads(module).run(); }

}  // namespace coretap
