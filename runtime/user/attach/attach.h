// Attaching kernel handlers to their sites: all that the script cannot do without (coverage.h), or
// none and a message that names the probe.
#pragma once

#include <vector>

#include "coverage.h"
#include "data_watches.h"
#include "kernel_object.h"
#include "ladder.h"
#include "probed_files.h"
#include "runtime/common/result.h"

struct bpf_link;

namespace ct {

/// File descriptors that a program's probes may take.
size_t files_of_probes(const Program& program);

class Attachments {
 public:
  Attachments() = default;
  ~Attachments() { detach(); }
  Attachments(const Attachments&) = delete;
  Attachments& operator=(const Attachments&) = delete;

  /// Attaches every handler in the way that `ladder` names. On failure detaches what was attached; it is
  /// Failure::AnotherWay if the ladder has given up the failing way for another one, so that the object is
  /// to be loaded again.
  Status attach(const Program& program, const KernelObject& object, Ladder& ladder);
  /// In reverse order.
  void detach();
  /// The sites that the script can do without and that could not be attached.
  const std::vector<Unattached>& unattached() const { return unattached_; }

  /// For accounting: the links' file descriptors, and the counters of perf events.
  std::vector<int> link_fds() const;
  std::vector<PerfCounter> perf_counters() const;

  /// A process begins to run a program whose data is probed: see DataWatches::take().
  void watch_process(const ct_rec_watch& record, bool is_live) { watches_.take(record, is_live); }

 private:
  static std::vector<u32> attach_order(const Program& program, const Ladder& ladder);
  /// Whether a handler is attached. `status` has the reason alone where one of its sites is at fault.
  struct Outcome {
    Status status;
    const Site* site = nullptr;
    /// The failure with the site's probe point.
    Status with_point() const;
  };
  Status check_files(const Program& program, const Ladder& ladder);
  Outcome attach_handler(const KernelHandler& handler, const Rung& rung,
                         const KernelObject& object);
  Outcome attach_calls(const KernelHandler& handler, const Rung& rung, const KernelObject& object);
  Outcome attach_each(const KernelHandler& handler, const Rung& rung, const KernelObject& object);
  Status attach_site(const KernelHandler& handler, const Rung& rung, const KernelObject& object,
                     u32 index);
  Outcome attach_uprobes(const KernelHandler& handler, const Rung& rung, bpf_program* program);
  Status attach_kprobes(const KernelHandler& handler, const Rung& rung, bpf_program* program);
  Status attach_kprobe(bpf_program* program, const Site& site, u64 cookie, bool on_return,
                       u64 address);
  Status attach_tracepoint(bpf_program* program, const Site& site, u64 cookie);
  Status attach_perf(bpf_program* program, const Site& site, u64 cookie);
  Status attach_event(bpf_program* program, int event_fd, u64 cookie);
  Status keep(bpf_link* link);

  ProbedFiles* files_ = nullptr;  ///< during attach()
  std::vector<bpf_link*> links_;
  std::vector<int> link_fds_;
  std::vector<PerfCounter> perf_counters_;
  DataWatches watches_;
  std::vector<Unattached> unattached_;
};

}  // namespace ct
