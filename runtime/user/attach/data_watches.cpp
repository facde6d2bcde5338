#include "data_watches.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/common/clock.h"
#include "runtime/user/harness/kallsyms.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/kernel/rights.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

/// How often the threads of programs are listed anew because some came meanwhile.
constexpr int kMostTries = 50;

/// A debug register is tried on this, of our own.
alignas(8) u64 g_tried = 0;

perf_event_attr attributes(const DataWatch& watch, u64 address) {
  perf_event_attr attr = {};
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_BREAKPOINT;
  attr.bp_type = watch.reads ? HW_BREAKPOINT_RW : HW_BREAKPOINT_W;
  attr.bp_addr = address;
  attr.bp_len = watch.length;
  attr.sample_period = 1;
  attr.disabled = 1;
  return attr;
}

/// Of a program: what its threads and processes make inherits it, and it ends with the program.
perf_event_attr attributes_of_process(const Site& site, u64 address) {
  perf_event_attr attr = attributes(*site.watch, address);
  attr.inherit = 1;
  attr.inherit_thread = site.pid != 0;  // process(PID) is not what it forks
  attr.remove_on_exec = 1;
  return attr;
}

int open_event(perf_event_attr& attr, int pid, int cpu) {
  return static_cast<int>(syscall(SYS_perf_event_open, &attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

bool start_event(int fd, int program) {
  return ioctl(fd, PERF_EVENT_IOC_SET_BPF, program) == 0 &&
         ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) == 0;
}

/// What the kernel means by a refusal.
Status refusal(int code) {
  switch (code) {
    case ENOSPC:
      return Status(
          "the debug registers of the processor are all in use, by probes of this script or by "
          "another program (ENOSPC)",
          code);
    case EINVAL: return Status("the kernel does not watch this address (EINVAL)", code);
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV: return Status("this machine or its kernel has no debug registers", code);
    default: return kernel_failure(code, "perf_event_open: ");
  }
}

std::vector<int> numbers_in(const std::string& folder) {
  std::vector<int> numbers;
  DIR* entries = opendir(folder.c_str());
  if (!entries) return numbers;
  while (const dirent* entry = readdir(entries))
    if (int number = atoi(entry->d_name)) numbers.push_back(number);
  closedir(entries);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string read_file(const std::string& path) {
  std::string text;
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  char block[4096];
  for (ssize_t n; fd >= 0 && (n = read(fd, block, sizeof block)) > 0;)
    text.append(block, static_cast<size_t>(n));
  if (fd >= 0) close(fd);
  return text;
}

/// What a process runs.
struct Image {
  u64 entry = 0;   ///< where the program's first instruction is; 0: that cannot be told
  u64 number = 0;  ///< DataWatches::Task::image
};

/// `task` is a folder of /proc.
Image image_of(const std::string& task) {
  Image image;
  const std::string vector = read_file(task + "/auxv");
  char magic[EI_NIDENT] = {};
  int fd = open((task + "/exe").c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_known = fd >= 0 && read(fd, magic, sizeof magic) == sizeof magic;
  if (fd >= 0) close(fd);
  if (!is_known) return image;
  u64 random = 0;
  const size_t word = magic[EI_CLASS] == ELFCLASS32 ? 4 : 8;
  for (size_t at = 0; at + 2 * word <= vector.size(); at += 2 * word) {
    u64 type = 0, value = 0;  // little-endian, as all machines that we know
    memcpy(&type, vector.data() + at, word);
    memcpy(&value, vector.data() + at + word, word);
    if (type == AT_ENTRY) image.entry = value;
    if (type == AT_RANDOM) random = value;
  }
  fd = random ? open((task + "/mem").c_str(), O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return image;
  if (pread(fd, &image.number, sizeof image.number, static_cast<off_t>(random)) < 0)
    image.number = 0;
  close(fd);
  return image;
}

/// Each CPU has its own, at another address; the symbol is a place in the copy that they were made from.
bool is_per_cpu(u64 address) {
  if (static_cast<s64>(address) >= 0) return true;
  const u64 start = kallsyms::only_address_of("__per_cpu_start");
  const u64 end = kallsyms::only_address_of("__per_cpu_end");
  return start != 0 && address >= start && address < end;
}

}  // namespace

Result<u64> watched_kernel_address(const Site& site) {
  if (!*site.target) return site.offset;
  const std::string name = "'" + std::string(site.target) + "'";
  const u64 address = kallsyms::only_address_of(site.target);
  if (!address && !kallsyms::has(site.target))
    return Status(Failure::Missing, "/proc/kallsyms has no " + name +
                                        ": this kernel has no such variable, or does not list "
                                        "variables (it does if it was built with "
                                        "CONFIG_KALLSYMS_ALL)");
  if (!address)
    return Status("the address of " + name +
                  " is not known: several symbols have the name, a module has it, or the kernel "
                  "hides its addresses");
  if (is_per_cpu(address)) return Status(name + " is a per-CPU variable: each CPU has its own");
  if (address % site.watch->length != 0)
    return Status("the address of " + name + " is not a multiple of " +
                  std::to_string(site.watch->length) + ", from which on a debug register watches " +
                  std::to_string(site.watch->length) + " bytes");
  return address;
}

// ------------------------------------------------------------------ the kernel

Status DataWatches::watch_kernel(const Place& place) {
  Result<u64> address = watched_kernel_address(*place.site);
  if (!address) return address.failure();
  perf_event_attr attr = attributes(*place.site->watch, *address);
  const int cpus = static_cast<int>(possible_cpus());
  bool any = false;
  for (int cpu = 0; cpu < cpus; ++cpu) {
    const int fd = ct::open_event(attr, -1, cpu);
    if (fd < 0 && errno == ENODEV) continue;  // an offline CPU
    if (fd < 0) return refusal(errno);
    kernel_events_.push_back({place.program_id, fd, 1});
    if (!start_event(fd, place.program))
      return kernel_failure(errno, "cannot start a perf event: ");
    any = true;
  }
  return any ? Status() : refusal(ENODEV);
}

// ------------------------------------------------------------------ programs

Result<u64> DataWatches::number_of_file(const Site& site, const std::string& path) {
  struct stat file;
  if (stat(path.c_str(), &file) != 0) return Status::of_errno(errno, path + ": ");
  for (size_t i = 0; i < programs_.size(); ++i)
    if (programs_[i].device == file.st_dev && programs_[i].inode == file.st_ino) return i;
  programs_.push_back({path, &site, file.st_dev, file.st_ino});
  return programs_.size() - 1;
}

Status DataWatches::add(const Site& site, const std::string& path, int program, u32 program_id) {
  Place place = {&site, program, program_id, kAbsent};
  if (site.watch->space == DataWatch::Kernel) return watch_kernel(place);
  if (is_in_pid_namespace())
    return Status(
        "this is a pid namespace (a container?), where the kernel does not tell which process is "
        "which");
  if (site.pid != 0 && access(("/proc/" + std::to_string(site.pid)).c_str(), F_OK) != 0)
    return Status("there is no process " + std::to_string(site.pid));
  perf_event_attr attr = attributes_of_process(site, reinterpret_cast<u64>(&g_tried));
  const int trial = ct::open_event(attr, 0, -1);
  if (trial < 0) return refusal(errno);
  trials_.push_back(trial);
  if (site.watch->space == DataWatch::Program) {
    if (!has_sleepable_uprobes())
      return Status("watching a program's data needs sleepable uprobes (Linux 6.0)");
    Result<u64> number = number_of_file(site, path);
    if (!number) return number.failure();
    place.program_number = *number;
  }
  places_.push_back(place);
  return {};
}

/// First the processes that come are held, then those that are there are looked for: none falls between.
Status DataWatches::begin(const KernelObject& object) {
  if (Status attached = attach_hold(object); !attached) return attached;
  return places_.empty() ? Status() : watch_running();
}

Status DataWatches::attach_hold(const KernelObject& object) {
  if (programs_.empty()) return {};
  held_ = object.map_fd("ct_held");
  bpf_program* hold = object.find_program("ct_hold", 0);
  if (held_ < 0 || !hold) return Status("the kernel object has no ct_hold");
  for (size_t i = 0; i < programs_.size(); ++i) {
    bpf_uprobe_opts opts = {};
    opts.sz = sizeof opts;
    opts.bpf_cookie = i;
    bpf_link* link = bpf_program__attach_uprobe_opts(hold, -1, programs_[i].path.c_str(),
                                                     programs_[i].site->watch->entry_offset, &opts);
    if (!link)
      return kernel_failure(errno, std::string(programs_[i].site->pp) +
                                       ": the program's first instruction cannot be probed: ");
    holds_.push_back(link);
  }
  return {};
}

void DataWatches::find_tasks_of(int pid, std::vector<Task>& tasks) const {
  const std::string threads = "/proc/" + std::to_string(pid) + "/task/";
  struct stat exe = {};
  std::string task;
  const std::vector<int> numbers = numbers_in(threads);
  for (int tid : numbers) {  // a thread that has ended has no program any more
    task = threads + std::to_string(tid);
    if (stat((task + "/exe").c_str(), &exe) == 0) break;
    exe = {};
  }
  if (exe.st_ino == 0) return;
  Image image;
  for (size_t i = 0; i < places_.size(); ++i) {
    const Site& site = *places_[i].site;
    if (site.pid != 0 && site.pid != pid) continue;
    u64 address = site.offset;
    if (site.watch->space == DataWatch::Program) {
      const ProgramFile& program = programs_[places_[i].program_number];
      if (program.device != exe.st_dev || program.inode != exe.st_ino) continue;
      if (image.entry == 0) image = image_of(task);
      if (image.entry == 0) continue;
      address += image.entry - site.watch->entry;
    }
    for (int tid : numbers) tasks.push_back({i, pid, tid, address, image.number});
  }
}

std::vector<DataWatches::Task> DataWatches::find_tasks() const {
  std::vector<Task> tasks;
  const bool is_of_one = std::all_of(places_.begin(), places_.end(), [&](const Place& place) {
    return place.site->pid != 0 && place.site->pid == places_[0].site->pid;
  });
  const std::vector<int> all =
      is_of_one ? std::vector<int>{static_cast<int>(places_[0].site->pid)} : numbers_in("/proc");
  for (int pid : all) find_tasks_of(pid, tasks);
  return tasks;
}

/// A thread that comes while the others are given their events has inherited one, or not, which cannot be told: then it is
/// all done again. Nothing counts yet.
Status DataWatches::watch_running() {
  for (int i = 0; i < kMostTries; ++i) {
    for (Event& event : events_) close_event(event);
    events_.clear();
    const std::vector<Task> tasks = find_tasks();
    for (const Task& task : tasks) {
      const int error = -open_event(task);
      if (error > 0 && error != ESRCH) {
        const Status why = refusal(error);
        return why.reworded(std::string(places_[task.place].site->pp) + ": process " +
                            std::to_string(task.pid) + ": " + why.text());
      }
    }
    if (find_tasks() == tasks) return {};
  }
  return Status(std::string(places_[0].site->pp) +
                ": its threads come and go so fast that they cannot all be watched");
}

int DataWatches::open_event(const Task& task) {
  const Place& place = places_[task.place];
  perf_event_attr attr = attributes_of_process(*place.site, task.address);
  const int fd = ct::open_event(attr, task.tid, -1);
  if (fd < 0) return -errno;
  if (!start_event(fd, place.program)) {
    const int error = errno;
    close(fd);
    return -error;
  }
  events_.push_back({task, fd});
  return fd;
}

void DataWatches::close_event(Event& event) {
  u64 value = 0;
  if (read(event.fd, &value, sizeof value) == sizeof value) places_[event.task.place].past += value;
  close(event.fd);
}

/// poll(2) tells of no event without a buffer that its threads have ended, and an inherited one has none. So what a process
/// has made by fork() is known by what it has in common with it: the program, and the address. Processes that fork while they
/// are listed are not missed twice.
void DataWatches::forget_ended() {
  if (events_.size() < events_to_keep_) return;
  std::vector<Task> running = find_tasks();
  for (const Task& task : find_tasks()) running.push_back(task);
  std::vector<Event> left;
  for (Event& event : events_) {
    const bool is_in_use = std::any_of(running.begin(), running.end(), [&](const Task& task) {
      return task.place == event.task.place && task.address == event.task.address;
    });
    if (is_in_use)
      left.push_back(event);
    else
      close_event(event);
  }
  events_ = std::move(left);
  events_to_keep_ = std::max(kFewEvents, 2 * events_.size());
}

/// By an event of what it runs now: the one of what it ran before has been taken away.
bool DataWatches::is_watched(const Task& task) const {
  return std::any_of(events_.begin(), events_.end(), [&](const Event& event) {
    return event.task.place == task.place && event.task.tid == task.tid &&
           event.task.address == task.address &&
           event.task.image == image_of("/proc/" + std::to_string(task.pid)).number;
  });
}

void DataWatches::take(const ct_rec_watch& record, bool is_live) {
  if (record.program >= programs_.size()) return;
  forget_ended();
  const int pid = static_cast<int>(record.hdr.pid), tid = static_cast<int>(record.hdr.tid);
  bool is_new = false;
  int error = 0;
  for (size_t i = 0; i < places_.size() && error == 0; ++i) {
    const Site& site = *places_[i].site;
    if (places_[i].program_number != record.program || (site.pid != 0 && site.pid != pid)) continue;
    Task task = {i, pid, tid, site.offset + record.pc - site.watch->entry, 0};
    if (is_watched(task)) continue;  // it was found in /proc
    task.image = image_of("/proc/" + std::to_string(pid)).number;
    is_new = true;
    error = std::max(0, -open_event(task));
  }
  const bool has_waited = bpf_map_delete_elem(held_, &record.hdr.tid) == 0;
  if (!is_live || !is_new || (has_waited && error == 0)) return;
  const std::string process =
      "process " + std::to_string(pid) + " (" + programs_[record.program].site->target + ")";
  if (error != 0 && error != ESRCH)
    print_warning("the data of " + process + " is not watched: " + refusal(error).text());
  else
    print_warning(process + " had begun " +
                  std::to_string((now_ns() - record.hdr.time_ns) / 1'000'000) +
                  " ms before its data could be watched; what it did meanwhile is not counted");
}

std::vector<PerfCounter> DataWatches::counters() const {
  std::vector<PerfCounter> all = kernel_events_;
  for (const Event& event : events_)
    all.push_back({places_[event.task.place].program_id, event.fd, 1});
  for (const Place& place : places_)
    if (place.past != 0) all.push_back({place.program_id, -1, 1, place.past});
  return all;
}

void DataWatches::close_all() {
  for (bpf_link* link : holds_) bpf_link__destroy(link);
  for (const Event& event : events_) close(event.fd);
  for (const PerfCounter& event : kernel_events_) close(event.fd);
  for (int trial : trials_) close(trial);
  holds_.clear();
  held_ = -1;
  events_.clear();
  kernel_events_.clear();
  trials_.clear();
  places_.clear();
  programs_.clear();
}

}  // namespace ct
