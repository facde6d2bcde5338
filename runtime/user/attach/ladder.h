// The ladder: which kind of BPF program serves each handler on this kernel.
//
// A handler has several ways into the kernel (program.h: Variant), best first. Nothing is asked of
// the kernel beforehand where trying costs no more: the best way is loaded and attached, and what
// fails is given up for the next one, with its reason kept for -v. Versions are never compared.
// Trying ends, because a way that was given up never comes back: see ways_left().
//
//   kernel function, one site    fentry, fexit   →  kprobe, kretprobe (the other way round on a
//                                                   preemptible kernel, where fentry loses events)
//   kernel functions, many       kprobe.multi    →  a kprobe each
//   kernel.trace                 tp_btf          →  raw tracepoint
//   uprobes, many in one file    uprobe_multi    →  a uprobe each (also for one, without CAP_SYS_ADMIN)
//   uprobes that read memory     sleepable       →  not sleepable: a page that is not there is a fault
//
// A handler whose sites may all be missing is dropped when no way is left; with it goes the handler
// at the entry that saves values for it, and the other way round. Whether the script can do without
// it is then coverage.h's question.
#pragma once

#include <string>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

/// One way of hooking a handler into the kernel.
struct Rung {
  const char* program;  ///< name of the BPF program
  Mechanism mechanism;
  bool multi;  ///< one link for many sites: uprobe_multi, kprobe.multi
  bool sleepable;
};

class Ladder {
 public:
  explicit Ladder(const Program& program);

  bool dropped(u32 handler) const { return states_[handler].dropped; }
  /// The way that a handler takes, if it is not dropped.
  const Rung& rung(u32 handler) const { return states_[handler].rungs[states_[handler].at]; }

  /// The kernel refuses the handler's present way. True if another one is to be tried, or the
  /// handler is dropped; false if the script cannot run without it.
  bool give_up(u32 handler, const std::string& why);
  /// As give_up(), for a way that the kernel was not asked for: the object has no program for it,
  /// or the kernel no such function. Says nothing about other handlers.
  bool pass_over(u32 handler, const std::string& why);
  /// Does without a handler, if all its sites may be missing.
  bool drop(u32 handler, const std::string& why);
  /// Ways that are left to be tried, of all handlers. Each give_up(), pass_over() and drop() that
  /// returns true makes it smaller, or nothing has changed: this is why trying ends.
  size_t ways_left() const;
  /// Index of the handler that has a BPF program of this name, or kAbsent.
  u32 handler_of(const std::string& program) const;

  /// Why better ways were given up: "fentry: Operation not permitted"; "" if none was.
  const std::string& tried(u32 handler) const { return states_[handler].reasons; }
  /// What was tried, with the present way, which fails for the reason `why`.
  std::string story_with(u32 handler, const std::string& why) const;
  /// "fentry", or "kprobe (fentry: Operation not permitted)".
  std::string story(u32 handler) const;

 private:
  struct State {
    std::vector<Rung> rungs;
    size_t at = 0;
    bool dropped = false;
    std::string reasons;
  };
  static void prefer_exact(State& state);
  void next_rung(u32 handler, const std::string& why);
  void pass_over_sleepable(const std::string& why);
  void try_tracing_last(const std::string& why);
  void drop_with_companions(u32 handler, const std::string& why);

  const Program* program_;
  std::vector<State> states_;
  unsigned tracing_failures_ = 0;  ///< handlers that fentry or fexit could not serve
};

/// What a loop that tries ways, and does not get shorter, makes of the kernel's refusal.
Status nothing_given_up(const Status& refusal);

}  // namespace ct
