// Debug registers, for probes of data (process.data, kernel.data). The kernel hands them out as perf events: one on each CPU
// for an address of the kernel, and one for each thread of a program, which threads and processes that it makes inherit.
//
// Of a program's processes those that are there are found in /proc. Those that begin later are told by a uprobe on the
// program's first instruction, and wait there (runtime/bpf/watch.bpf.h) until take() has set their debug registers: so nothing
// that the program does is missed. When a process runs another program, the kernel takes its events away.
#pragma once

#include <string>
#include <vector>

#include "kernel_object.h"
#include "runtime/common/result.h"
#include "runtime/shared/watch.h"

struct bpf_link;

namespace ct {

/// Where a site of the kernel's data is on this kernel. Fails with the reason why it cannot be watched.
Result<u64> watched_kernel_address(const Site& site);

/// The counter of one perf event, or of some that are closed.
struct PerfCounter {
  u32 program_id;
  int fd;         ///< -1: closed
  u64 period;     ///< 0 if what fires cannot be told from the counter
  u64 value = 0;  ///< of a closed one
};

class DataWatches {
 public:
  DataWatches() = default;
  ~DataWatches() { close_all(); }
  DataWatches(const DataWatches&) = delete;
  DataWatches& operator=(const DataWatches&) = delete;

  /// Takes a site that `program` (a descriptor, and the kernel's number of it) is to run for. The kernel's data is watched
  /// from now on; of a program's only a debug register is tried. `path` is by what its file can be opened.
  Status add(const Site& site, const std::string& path, int program, u32 program_id);
  /// Watches the processes that are there, and prepares for those that come. Fails with a message that names the probe.
  Status begin(const KernelObject& object);
  /// A process begins to run a program. `is_live`: what it does counts already.
  void take(const ct_rec_watch& record, bool is_live);
  void close_all();

  /// Of all events that there were.
  std::vector<PerfCounter> counters() const;

 private:
  /// One site.
  struct Place {
    const Site* site;
    int program;
    u32 program_id;
    u64 program_number;  ///< Program: index in programs_
    u64 past = 0;        ///< counted by events that are closed
  };
  /// A file whose processes are watched.
  struct ProgramFile {
    std::string path;
    const Site* site;
    u64 device, inode;
  };
  /// A thread to watch.
  struct Task {
    size_t place;
    int pid, tid;
    u64 address;
    u64 image;  ///< a random number that execve() has given to what the process runs; 0: not known
    bool operator==(const Task&) const = default;
  };
  struct Event {
    Task task;
    int fd;
  };

  /// Events of processes that have ended are not looked for while there are no more than so many.
  static constexpr size_t kFewEvents = 256;

  Result<u64> number_of_file(const Site& site, const std::string& path);
  Status watch_kernel(const Place& place);
  Status attach_hold(const KernelObject& object);
  Status watch_running();
  std::vector<Task> find_tasks() const;
  void find_tasks_of(int pid, std::vector<Task>& tasks) const;
  /// A negative number is errno's.
  int open_event(const Task& task);
  bool is_watched(const Task& task) const;
  void forget_ended();
  void close_event(Event& event);

  std::vector<Place> places_;
  std::vector<ProgramFile> programs_;
  std::vector<Event> events_;
  std::vector<PerfCounter> kernel_events_;
  std::vector<int> trials_;
  std::vector<bpf_link*> holds_;
  int held_ = -1;  ///< the map ct_held
  size_t events_to_keep_ = kFewEvents;
};

}  // namespace ct
