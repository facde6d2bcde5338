// fired = handled + reported: what became of the events of each kernel handler while the session
// was live. Shown as warnings at the end; --accounts=FILE writes all of it as JSON.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/attach/attach.h"
#include "runtime/user/attach/kernel_object.h"

namespace ct {

/// A loss that this kernel may not count.
struct Losses {
  u64 count = 0;
  std::string unknown;  ///< why nobody knows, or ""
};

struct HandlerAccount {
  Mechanism mechanism = Mechanism::Uprobe;  ///< the one that was taken
  bool probed = true;                       ///< false: an optional probe that this kernel lacks
  ct_counts counts = {};
  u64 recursion =
      0;          ///< fired while BPF code ran on that CPU: the kernel did not start the handler
  Losses missed;  ///< lost before BPF: kprobe and kretprobe nmissed, throttled perf events
  u64 skipped() const { return counts.frame_busy + recursion + missed.count; }
};

class Accounts {
 public:
  /// When the handlers go live: what the kernel counted before is not ours.
  void begin(const Program& program, const KernelObject& object, const Ladder& ladder,
             const Attachments& attachments);
  /// When the last handler has ended, before probes are detached.
  void end(const Program& program, const KernelObject& object, const Ladder& ladder,
           const Attachments& attachments);

  /// When the last end probe has ended: what the session itself has run in the kernel.
  void end_of_parts(const Program& program, const KernelObject& object, const Ladder& ladder);

  /// The user-space part of a handler left a return alone whose entry had not been seen.
  void note_unseen(u32 handler) { ++unseen_[handler]; }

  /// The warnings at the end; with -t also the reasons.
  /// `suppressed`: errors of user-side code that --suppress-handler-errors kept quiet.
  void report(const Program& program, u64 errors, u64 suppressed, bool timing) const;
  /// All of it as a JSON object, for --accounts and --output=json; `separator` stands before each handler.
  std::string json(const Program& program, u64 errors, u64 suppressed, const char* separator) const;
  /// What they are at this moment, in Prometheus's text format, for --metrics. Only while the handlers are live.
  std::string metrics(const Program& program, const KernelObject& object, const Ladder& ladder,
                      const Attachments& attachments, u64 errors, u64 suppressed) const;
  /// Writes --accounts=FILE.
  Status write(const char* path, const Program& program, u64 errors, u64 suppressed) const;

 private:
  std::vector<HandlerAccount> since_begin(std::vector<HandlerAccount> now) const;
  std::vector<HandlerAccount> handlers_;  ///< empty if the script has no kernel part
  std::vector<HandlerAccount> before_;
  std::map<u32, u64> unseen_;  ///< by handler
};

}  // namespace ct
