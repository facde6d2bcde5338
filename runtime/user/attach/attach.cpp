#include "attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "mechanism.h"
#include "runtime/common/terminal.h"
#include "runtime/user/harness/kallsyms.h"
#include "runtime/user/kernel/file_limit.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/kernel/tracefs.h"
#include "runtime/user/kernel/uprobe_multi.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

/// Sites from which their addresses are taken from one reading of /proc/kallsyms: before Linux 6.2
/// (commit 60443c88f3a8 "kallsyms: Improve the performance of kallsyms_lookup_name()") the kernel
/// decompresses all of its names to find one, and does it again to see that no other has the name.
constexpr u32 kManyNames = 16;

int open_event(perf_event_attr& attr, int pid, int cpu) {
  attr.size = sizeof attr;
  return static_cast<int>(syscall(SYS_perf_event_open, &attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

u32 program_id(const bpf_program* program) {
  bpf_prog_info info = {};
  u32 size = sizeof info;
  return bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0 ? info.id : 0;
}

/// Every so many counts the event fires; 0 where that is not exact: of a frequency, of hardware,
/// and of clocks, which count nanoseconds and fire by a timer.
u64 countable_period(const Site& site) {
  bool is_clock =
      site.perf_config == PERF_COUNT_SW_CPU_CLOCK || site.perf_config == PERF_COUNT_SW_TASK_CLOCK;
  if (site.perf_is_freq || site.perf_type != PERF_TYPE_SOFTWARE || is_clock) return 0;
  return site.perf_period;
}

/// The reason alone, of an error that begins with the handler's only probe point.
std::string without_point(const KernelHandler& handler, const std::string& error) {
  std::string point = handler.sites[0].pp + std::string(": ");
  return error.rfind(point, 0) == 0 ? error.substr(point.size()) : error;
}

}  // namespace

size_t files_of_probes(const Program& program) {
  size_t files = 0;
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& handler = program.handlers[i];
    bool samples = handler.variants[0].mechanism == Mechanism::PerfEvent;
    // A program (of the base flavour), an event and a link.
    files += 3ul * handler.site_count * (samples ? possible_cpus() : 1);
  }
  return files;
}

std::string Attachments::failure(int code) {
  out_of_memory_ = out_of_memory_ || code == ENOMEM;
  return kernel_error(code);
}

/// Is a failure none of the site's own, so that no other way and no other site will do better?
std::string Attachments::used_up() const {
  if (!room_for_a_probe()) return kNoRoomForFiles;
  return out_of_memory_ ? kernel_error(ENOMEM) : "";
}

std::string Attachments::keep(bpf_link* link) {
  if (!link) return failure(errno);
  links_.push_back(link);
  return "";
}

std::string Attachments::attach_event(bpf_program* program, int event_fd, u64 cookie) {
  if (event_fd < 0) return "perf_event_open: " + failure(errno);
  bpf_perf_event_opts opts = {};
  opts.sz = sizeof opts;
  opts.bpf_cookie = cookie;
  bpf_link* link = bpf_program__attach_perf_event_opts(program, event_fd, &opts);
  if (!link) close(event_fd);
  return keep(link);
}

std::string Attachments::attach_tracepoint(bpf_program* program, const Site& site, u64 cookie) {
  std::string error;
  int id = tracepoint_id(site.target, error);
  if (id < 0) return error;
  perf_event_attr attr = {};
  attr.type = PERF_TYPE_TRACEPOINT;
  attr.config = static_cast<u64>(id);
  attr.sample_period = 1;
  // The program sees the tracepoint on all CPUs; the event's own CPU does not matter.
  return attach_event(program, open_event(attr, -1, 0), cookie);
}

std::string Attachments::attach_perf(bpf_program* program, const Site& site, u64 cookie) {
  int cpus = static_cast<int>(possible_cpus()), opened = 0;
  for (int cpu = 0; cpu < cpus; ++cpu) {
    perf_event_attr attr = {};
    attr.type = site.perf_type;
    attr.config = site.perf_config;
    attr.freq = site.perf_is_freq;
    attr.sample_period = site.perf_period;
    int fd = open_event(attr, -1, cpu);
    if (fd < 0 && errno == ENODEV) continue;  // an offline CPU
    if (std::string error = attach_event(program, fd, cookie); !error.empty()) return error;
    perf_counters_.push_back({program_id(program), fd, countable_period(site)});
    ++opened;
  }
  return opened ? "" : "no CPU has this event";
}

std::string Attachments::attach_kprobe(bpf_program* program, const Site& site, u64 cookie,
                                       bool on_return, u64 address) {
  bpf_kprobe_opts opts = {};
  opts.sz = sizeof opts;
  opts.retprobe = on_return;
  opts.offset = address + site.offset;
  opts.bpf_cookie = cookie;
  // Without a name the offset is the address: include/uapi/linux/perf_event.h, kprobe_addr.
  const char* name = address ? nullptr : site.target;
  std::string error = keep(bpf_program__attach_kprobe_opts(program, name, &opts));
  if (error.empty()) return "";
  int code = errno;
  if (access("/sys/bus/event_source/devices/kprobe", F_OK) != 0)
    return "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)";
  // perf_event_open() of a kprobe: what kernel/kprobes.c and trace_kprobe.c mean by their codes.
  std::string function = "function '" + std::string(site.target) + "'";
  switch (code) {
    case ENOENT:
      return *site.module
                 ? "module '" + std::string(site.module) + "' is not loaded or has no " + function
                 : "this kernel has no " + function;
    case EADDRNOTAVAIL:
      return "this kernel has several functions named '" + std::string(site.target) + "'";
    case EINVAL: return "this kernel does not allow probes in " + function;
    default: return error;
  }
}

std::string Attachments::attach_site(const KernelHandler& handler, const Rung& rung,
                                     const KernelObject& object, u32 index) {
  const Site& site = handler.sites[index];
  bpf_program* program = object.find_program(rung.program, index);
  u64 cookie = object.has_cookies() ? index : 0;
  switch (rung.mechanism) {
    case Mechanism::Uprobe:
    case Mechanism::Uretprobe:
    case Mechanism::UprobeAtReturn: {
      if (std::string error = files_->check(site); !error.empty()) return error;
      bpf_uprobe_opts opts = {};
      opts.sz = sizeof opts;
      opts.retprobe = catches_return(rung.mechanism);
      opts.bpf_cookie = cookie;
      opts.ref_ctr_offset = site.semaphore;
      return keep(bpf_program__attach_uprobe_opts(program, -1, files_->path(site).c_str(),
                                                  site.offset, &opts));
    }
    case Mechanism::Kprobe:
    case Mechanism::Kretprobe:
      return attach_kprobe(program, site, cookie, catches_return(rung.mechanism),
                           handler.site_count < kManyNames || *site.module
                               ? 0
                               : kallsyms::only_address_of(site.target));
    case Mechanism::TpBtf:
    case Mechanism::Fentry:
    case Mechanism::Fexit: {
      bpf_trace_opts opts = {};
      opts.sz = sizeof opts;
      opts.cookie = cookie;
      return keep(bpf_program__attach_trace_opts(program, cookie ? &opts : nullptr));
    }
    case Mechanism::RawTp: return keep(bpf_program__attach_raw_tracepoint(program, site.target));
    case Mechanism::Tracepoint: return attach_tracepoint(program, site, cookie);
    case Mechanism::PerfEvent: return attach_perf(program, site, cookie);
  }
  return "unknown kind of probe";
}

/// All sites of a handler by uprobe_multi links, one per file.
std::string Attachments::attach_uprobes(const KernelHandler& handler, const Rung& rung,
                                        bpf_program* program) {
  std::map<std::string, UprobeSites> by_file;
  for (u32 i = 0; i < handler.site_count; ++i) {
    const Site& site = handler.sites[i];
    if (std::string error = files_->check(site); !error.empty()) {
      if (site.need == Need::Required) return std::string(site.pp) + ": " + error;
      unattached_.push_back({&site, rung.mechanism, error});
      continue;
    }
    by_file[site.target].add(site.offset, site.semaphore, i);
  }
  for (const auto& [path, sites] : by_file) {
    std::string checked = files_->path(handler.sites[sites.cookies[0]]);
    int fd = create_uprobe_multi_link(bpf_program__fd(program), checked.c_str(), sites,
                                      catches_return(rung.mechanism));
    if (fd < 0)
      return std::string(handler.sites[sites.cookies[0]].pp) + " in " + path + ": " +
             failure(errno);
    link_fds_.push_back(fd);
  }
  return "";
}

/// All sites of a handler by one kprobe.multi link. The kernel takes all functions or none, so
/// those that it does not trace are left out first.
std::string Attachments::attach_kprobes(const KernelHandler& handler, const Rung& rung,
                                        bpf_program* program) {
  const std::set<std::string>& traceable = traceable_functions();
  std::vector<const char*> symbols;
  std::vector<u64> cookies;
  for (u32 i = 0; i < handler.site_count; ++i) {
    const Site& site = handler.sites[i];
    if (site.need != Need::Required && !traceable.empty() && !traceable.count(site.target)) {
      unattached_.push_back({&site, rung.mechanism, "this kernel cannot trace the function"});
      continue;
    }
    symbols.push_back(site.target);
    cookies.push_back(i);
  }
  if (symbols.empty()) return "this kernel can trace none of the functions";
  bpf_kprobe_multi_opts opts = {};
  opts.sz = sizeof opts;
  opts.syms = symbols.data();
  opts.cookies = cookies.data();
  opts.cnt = symbols.size();
  opts.retprobe = catches_return(rung.mechanism);
  return keep(bpf_program__attach_kprobe_multi_opts(program, nullptr, &opts));
}

/// A link for each site. Sites that need not be there may fail, but not all of them.
std::string Attachments::attach_each(const KernelHandler& handler, const Rung& rung,
                                     const KernelObject& object) {
  std::string first_error;
  const size_t unattached = unattached_.size();
  u32 attached = 0;
  for (u32 i = 0; i < handler.site_count; ++i) {
    const Site& site = handler.sites[i];
    std::string error = attach_site(handler, rung, object, i);
    if (error.empty()) {
      ++attached;
      continue;
    }
    if (first_error.empty() || site.need == Need::Required)
      first_error = std::string(site.pp) + ": " + error;
    if (site.need == Need::Required || !used_up().empty()) return first_error;
    unattached_.push_back({&site, rung.mechanism, error});
  }
  if (attached) return "";
  unattached_.resize(unattached);  // there may be another way; if not, the ladder drops them all
  return first_error;
}

std::string Attachments::attach_handler(const KernelHandler& handler, const Rung& rung,
                                        const KernelObject& object) {
  if (!rung.multi) return attach_each(handler, rung, object);
  bpf_program* program = object.find_program(rung.program, 0);
  return is_uprobe(rung.mechanism) ? attach_uprobes(handler, rung, program)
                                   : attach_kprobes(handler, rung, program);
}

/// Before anything is attached: the first probe that cannot be done without and whose file holds
/// other code than it was compiled for.
std::string Attachments::check_files(const Program& program, const Ladder& ladder) {
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& handler = program.handlers[i];
    for (u32 s = 0; s < handler.site_count && !ladder.dropped(i); ++s) {
      if (handler.sites[s].need != Need::Required) continue;
      std::string error = files_->check(handler.sites[s]);
      if (!error.empty())
        return "cannot attach probe " + std::string(handler.sites[s].pp) + ": " + error;
    }
  }
  return "";
}

/// Of the uprobes at one address the kernel runs the last one first (consumer_add() in
/// kernel/events/uprobes.c): attached backwards, they run as the script has them, and what saves a
/// value before what reads it. Others run in the order of their attaching: first those that others
/// need (KernelHandler::companion).
std::vector<u32> Attachments::attach_order(const Program& program, const Ladder& ladder) {
  std::vector<bool> needed(program.handler_count);
  for (u32 i = 0; i < program.handler_count; ++i)
    if (u32 companion = program.handlers[i].companion; companion != kAbsent)
      needed[companion] = true;
  std::vector<u32> order, uprobes;
  for (u32 i = 0; i < program.handler_count; ++i)
    if (!ladder.dropped(i)) (is_uprobe(ladder.rung(i).mechanism) ? uprobes : order).push_back(i);
  std::stable_partition(order.begin(), order.end(), [&](u32 i) { return needed[i]; });
  order.insert(order.end(), uprobes.rbegin(), uprobes.rend());
  return order;
}

std::string Attachments::attach(const Program& program, const KernelObject& object, Ladder& ladder,
                                bool& another_way) {
  another_way = out_of_memory_ = false;
  unattached_.clear();
  ProbedFiles files;
  files_ = &files;
  if (std::string error = check_files(program, ladder); !error.empty()) return error;
  for (u32 i : attach_order(program, ladder)) {
    std::string error = attach_handler(program.handlers[i], ladder.rung(i), object);
    if (error.empty()) continue;
    std::string lacks = used_up();
    detach();
    if (!lacks.empty())
      return "cannot attach probe " + std::string(program.handlers[i].sites[0].pp) + ": " + lacks;
    std::string tried = ladder.tried(i);
    another_way = ladder.give_up(i, without_point(program.handlers[i], error));
    return "cannot attach probe " + error + (tried.empty() ? "" : " (" + tried + ")");
  }
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& h = program.handlers[i];
    for (u32 s = 0; s < h.site_count && ladder.dropped(i); ++s)
      unattached_.push_back({&h.sites[s], h.variants[0].mechanism, ladder.tried(i)});
  }
  std::string nothing = what_is_not_covered(program, unattached_);
  if (!nothing.empty()) detach();
  return nothing;
}

std::vector<int> Attachments::link_fds() const {
  std::vector<int> fds = link_fds_;
  for (const bpf_link* link : links_) fds.push_back(bpf_link__fd(link));
  return fds;
}

namespace {

/// Unregistering a kprobe or tracepoint waits until no CPU can be in its handler: tens of
/// milliseconds each. For many of them the kernel is asked to hurry (kernel-parameters.txt,
/// rcupdate.rcu_expedited), and told to go on as before afterwards.
class HurriedRcu {
 public:
  explicit HurriedRcu(size_t probes) {
    constexpr size_t kMany = 32;
    if (probes < kMany) return;
    fd_ = open("/sys/kernel/rcu_expedited", O_RDWR | O_CLOEXEC);
    if (fd_ < 0 || pread(fd_, &before_, 1, 0) != 1 || before_ != '0' || pwrite(fd_, "1", 1, 0) != 1)
      before_ = 0;
  }
  ~HurriedRcu() {
    if (before_ && pwrite(fd_, &before_, 1, 0) != 1) print_warning("cannot reset rcu_expedited");
    if (fd_ >= 0) close(fd_);
  }
  HurriedRcu(const HurriedRcu&) = delete;
  HurriedRcu& operator=(const HurriedRcu&) = delete;

 private:
  int fd_ = -1;
  char before_ = 0;
};

}  // namespace

void Attachments::detach() {
  HurriedRcu hurried(links_.size());
  perf_counters_.clear();
  for (auto fd = link_fds_.rbegin(); fd != link_fds_.rend(); ++fd) close(*fd);
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) bpf_link__destroy(*link);
  link_fds_.clear();
  links_.clear();
}

}  // namespace ct
