// Values from the entry of a function, for handlers inside of it and at its return.
#pragma once

#include <string>
#include <vector>

#include "lower/lower_body.h"

namespace coretap {

/// Sites of one handler.
using SiteGroup = std::vector<probes::ResolvedProbe*>;

class EntryValues {
 public:
  EntryValues(ModuleLowering& outer, const ElaboratedProbe& probe) : outer_(outer), probe_(probe) {}

  /// Makes what saves the values that `returning` wants (its entry_saves) at the functions' entries,
  /// and puts the fetch of them in front of `handler`. A return whose entry was not seen does not run
  /// the handler, and is counted.
  void save_for_return(const SiteGroup& group, ir::KernelHandler& handler, BodyLowering& returning);

  /// Makes the handler at the functions' entries that saves registers which DWARF asks for inside
  /// (DW_OP_entry_value).
  void save_registers(const SiteGroup& group, BodyLowering& inside);

  /// Is the return instruction also the function's entry, and all of it?
  static bool is_entry(const probes::ResolvedProbe& site);

 private:
  void order(std::vector<EntrySave>& saves) const;
  void evaluate_here(const SiteGroup& group, ir::KernelHandler& handler, BodyLowering& returning);
  void by_frame(const SiteGroup& group, ir::KernelHandler& handler, BodyLowering& returning);
  void by_depth(const SiteGroup& group, ir::KernelHandler& handler, BodyLowering& returning);
  ir::KernelHandler entry_handler(const SiteGroup& group) const;

  ModuleLowering& outer_;
  const ElaboratedProbe& probe_;
};

/// Makes the handler that gives a forked child what was saved for the calls that it is in; nothing if
/// no such values are saved.
void inherit_saved_values(ModuleLowering& outer);

/// `process(PID)`: a uprobe bound to a task would miss the process's other threads, so the handler
/// looks who fired it.
void only_in_process(int64_t pid, ir::Builder& b);

}  // namespace coretap
