#include "perf_counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

namespace ct {
namespace {

std::vector<int> threads_of(s64 pid) {
  std::vector<int> threads;
  DIR* folder = opendir(("/proc/" + std::to_string(pid) + "/task").c_str());
  if (!folder) return threads;
  while (const dirent* entry = readdir(folder))
    if (int thread = atoi(entry->d_name)) threads.push_back(thread);
  closedir(folder);
  return threads;
}

int open_counter(const NamedCounter& counter, int thread, int cpu, bool on_exec) {
  perf_event_attr attr = {};
  attr.size = sizeof attr;
  attr.type = counter.type;
  attr.config = counter.config;
  attr.disabled = on_exec;
  attr.enable_on_exec = on_exec;
  return static_cast<int>(
      syscall(SYS_perf_event_open, &attr, thread, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

bool runs(s64 pid, const char* program) {
  struct stat running, wanted;
  return stat(("/proc/" + std::to_string(pid) + "/exe").c_str(), &running) == 0 &&
         stat(program, &wanted) == 0 && running.st_dev == wanted.st_dev &&
         running.st_ino == wanted.st_ino;
}

Status failure(const NamedCounter& counter, const char* what) {
  return Status::of_errno(errno,
                          std::string("perf counter \"") + counter.name + "\": " + what + ": ");
}

}  // namespace

Status PerfCounters::open_on_cpus(const NamedCounter& counter, int map) {
  int cpus = libbpf_num_possible_cpus(), opened = 0;
  for (int cpu = 0; cpu < cpus; ++cpu) {
    int fd = open_counter(counter, -1, cpu, false);
    if (fd < 0 && errno == ENODEV) continue;  // an offline CPU
    if (fd < 0) return failure(counter, "perf_event_open");
    fds_.push_back(fd);
    if (bpf_map_update_elem(map, &cpu, &fd, BPF_ANY) != 0) return failure(counter, "map");
    ++opened;
  }
  if (opened) return {};
  return Status("no CPU has the perf counter \"" + std::string(counter.name) + "\"");
}

Status PerfCounters::open_for_threads(const NamedCounter& counter, int map, bool is_command) {
  for (u32 slot = 0; slot < threads_.size(); ++slot) {
    int fd = open_counter(counter, threads_[slot], -1, is_command);
    if (fd < 0 && errno == ESRCH) continue;  // it has just ended
    if (fd < 0) return failure(counter, "perf_event_open");
    fds_.push_back(fd);
    if (bpf_map_update_elem(map, &slot, &fd, BPF_ANY) != 0) return failure(counter, "map");
  }
  return {};
}

Status PerfCounters::open(const Program& program, const KernelObject& object, s64 pid,
                          bool is_command) {
  close_all();
  bool any_of_process = false;
  for (u32 i = 0; i < program.perf_counter_count; ++i)
    any_of_process |= program.perf_counters[i].of_process();
  if (any_of_process) {
    if (pid == 0) return Status("a perf counter of a process needs -c or -x");
    threads_ = threads_of(pid);
    int slots = object.map_fd("ct_perf_tasks");
    for (u32 slot = 0; slot < threads_.size(); ++slot)
      if (bpf_map_update_elem(slots, &threads_[slot], &slot, BPF_ANY) != 0)
        return Status("the process has too many threads for a perf counter of each");
  }
  for (u32 i = 0; i < program.perf_counter_count; ++i) {
    const NamedCounter& counter = program.perf_counters[i];
    int map = object.map_fd(counter.map);
    // The command of -c does not run its program yet.
    if (counter.of_process() && !is_command && !runs(pid, counter.program))
      return Status("perf counter \"" + std::string(counter.name) + "\": process " +
                    std::to_string(pid) + " does not run " + counter.program);
    Status opened = counter.of_process() ? open_for_threads(counter, map, is_command)
                                         : open_on_cpus(counter, map);
    if (!opened) return opened;
  }
  return {};
}

void PerfCounters::close_all() {
  for (int fd : fds_) close(fd);
  fds_.clear();
  threads_.clear();
}

}  // namespace ct
