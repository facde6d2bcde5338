// Attaching kernel handlers to their sites: all that the script cannot do without (coverage.h), or
// none and a message that names the probe.
#pragma once

#include <string>
#include <vector>

#include "coverage.h"
#include "kernel_object.h"
#include "ladder.h"
#include "probed_files.h"

struct bpf_link;

namespace ct {

/// The counter of a perf event on one CPU.
struct PerfCounter {
  u32 program_id;
  int fd;
  u64 period;  ///< 0 if what fires cannot be told from the counter
};

/// File descriptors that a program's probes may take.
size_t files_of_probes(const Program& program);

class Attachments {
 public:
  Attachments() = default;
  ~Attachments() { detach(); }
  Attachments(const Attachments&) = delete;
  Attachments& operator=(const Attachments&) = delete;

  /// Attaches every handler in the way that `ladder` names. On failure detaches what was attached;
  /// `another_way` says whether the ladder has given up the failing way for another one, so that
  /// the object is to be loaded again; if not, the error text is returned.
  std::string attach(const Program& program, const KernelObject& object, Ladder& ladder,
                     bool& another_way);
  /// In reverse order.
  void detach();
  /// The sites that the script can do without and that could not be attached.
  const std::vector<Unattached>& unattached() const { return unattached_; }

  /// For accounting: the links' file descriptors, and the counters of perf events.
  std::vector<int> link_fds() const;
  const std::vector<PerfCounter>& perf_counters() const { return perf_counters_; }

 private:
  static std::vector<u32> attach_order(const Program& program, const Ladder& ladder);
  std::string check_files(const Program& program, const Ladder& ladder);
  std::string attach_handler(const KernelHandler& handler, const Rung& rung,
                             const KernelObject& object);
  std::string attach_each(const KernelHandler& handler, const Rung& rung,
                          const KernelObject& object);
  std::string attach_site(const KernelHandler& handler, const Rung& rung,
                          const KernelObject& object, u32 index);
  std::string attach_uprobes(const KernelHandler& handler, const Rung& rung, bpf_program* program);
  std::string attach_kprobes(const KernelHandler& handler, const Rung& rung, bpf_program* program);
  std::string attach_kprobe(bpf_program* program, const Site& site, u64 cookie, bool on_return,
                            u64 address);
  std::string attach_tracepoint(bpf_program* program, const Site& site, u64 cookie);
  std::string attach_perf(bpf_program* program, const Site& site, u64 cookie);
  std::string attach_event(bpf_program* program, int event_fd, u64 cookie);
  std::string keep(bpf_link* link);
  std::string failure(int code);
  std::string used_up() const;

  ProbedFiles* files_ = nullptr;  ///< during attach()
  std::vector<bpf_link*> links_;
  std::vector<int> link_fds_;
  std::vector<PerfCounter> perf_counters_;
  std::vector<Unattached> unattached_;
  bool out_of_memory_ = false;
};

}  // namespace ct
