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

#include "calls.h"
#include "kernel_offers.h"
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

/// Threads and processes whose data a probe watches: more than most programs have.
constexpr size_t kFilesOfWatch = 4096;

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

/// Is a failure none of the site's own, so that no other way and no other site will do better? Then it
/// is Failure::UsedUp.
Status check_supplies(const Status& failure) {
  if (!room_for_a_probe()) return Status(Failure::UsedUp, kNoRoomForFiles, EMFILE);
  if (failure.code() == ENOMEM) return Status(Failure::UsedUp, kernel_error(ENOMEM), ENOMEM);
  return {};
}

/// Turns the order of those elements around that `is_one` is true of. The others stay where they are.
template <typename Iterator, typename Predicate>
void reverse_those(Iterator begin, Iterator end, Predicate is_one) {
  std::vector<typename Iterator::value_type> those;
  std::copy_if(begin, end, std::back_inserter(those), is_one);
  for (Iterator at = begin; at != end; ++at) {
    if (!is_one(*at)) continue;
    *at = those.back();
    those.pop_back();
  }
}

}  // namespace

size_t files_of_probes(const Program& program) {
  size_t files = 0;
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& handler = program.handlers[i];
    const Mechanism mechanism = handler.variants[0].mechanism;
    bool samples = mechanism == Mechanism::PerfEvent || mechanism == Mechanism::DataWatch;
    // A program (of the base flavour), an event and a link.
    files += 3ul * handler.site_count * (samples ? possible_cpus() : 1);
    if (mechanism == Mechanism::DataWatch)
      files += kFilesOfWatch;  // an event for each thread, or process
  }
  return files;
}

Status Attachments::keep(bpf_link* link) {
  if (!link) return kernel_failure(errno);
  links_.push_back(link);
  return {};
}

Status Attachments::attach_event(bpf_program* program, int event_fd, u64 cookie) {
  if (event_fd < 0) return kernel_failure(errno, "perf_event_open: ");
  bpf_perf_event_opts opts = {};
  opts.sz = sizeof opts;
  opts.bpf_cookie = cookie;
  bpf_link* link = bpf_program__attach_perf_event_opts(program, event_fd, &opts);
  Status kept = keep(link);  // before close() sets errno
  // The limit of the kernel's bpf_prog_array (kernel/trace/bpf_trace.c).
  if (kept.code() == E2BIG)
    kept = kept.reworded(
        "the kernel runs no more than 64 BPF programs (BPF_TRACE_MAX_PROGS) for one event, and "
        "these are all in use: let fewer probes have this point");
  if (!link) close(event_fd);
  return kept;
}

Status Attachments::attach_tracepoint(bpf_program* program, const Site& site, u64 cookie) {
  Result<int> id = tracepoint_id(site.target);
  if (!id) return id.failure();
  perf_event_attr attr = {};
  attr.type = PERF_TYPE_TRACEPOINT;
  attr.config = static_cast<u64>(*id);
  attr.sample_period = 1;
  // The program sees the tracepoint on all CPUs; the event's own CPU does not matter.
  return attach_event(program, open_event(attr, -1, 0), cookie);
}

Status Attachments::attach_perf(bpf_program* program, const Site& site, u64 cookie) {
  int cpus = static_cast<int>(possible_cpus()), opened = 0;
  for (int cpu = 0; cpu < cpus; ++cpu) {
    perf_event_attr attr = {};
    attr.type = site.perf_type;
    attr.config = site.perf_config;
    attr.freq = site.perf_is_freq;
    attr.sample_period = perf_period(site);
    int fd = open_event(attr, -1, cpu);
    if (fd < 0 && errno == ENODEV) continue;  // an offline CPU
    if (Status attached = attach_event(program, fd, cookie); !attached) return attached;
    perf_counters_.push_back({program_id(program), fd, countable_period(site)});
    ++opened;
  }
  return opened ? Status() : Status("no CPU has this event");
}

namespace {

/// Where the kernel's function of the site is, if that is to be asked here; 0: the kernel looks for the name. The name of a bound
/// site in a module is known to be the module's, and may also be one of the kernel.
u64 address_of(const Site& site, bool is_one_of_many) {
  if (*site.module) return is_bound(site) ? kallsyms::address_in(site.module, site.target) : 0;
  return is_one_of_many ? kallsyms::only_address_of(site.target) : 0;
}

}  // namespace

Status Attachments::attach_kprobe(bpf_program* program, const Site& site, u64 cookie,
                                  bool on_return, u64 address) {
  bpf_kprobe_opts opts = {};
  opts.sz = sizeof opts;
  opts.retprobe = on_return;
  opts.offset = address + site.offset;
  opts.bpf_cookie = cookie;
  // Without a name the offset is the address: include/uapi/linux/perf_event.h, kprobe_addr.
  const char* name = address ? nullptr : site.target;
  Status kept = keep(bpf_program__attach_kprobe_opts(program, name, &opts));
  if (kept) return kept;
  if (access("/sys/bus/event_source/devices/kprobe", F_OK) != 0)
    return Status("this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
  // perf_event_open() of a kprobe: what kernel/kprobes.c and trace_kprobe.c mean by their codes.
  const char* named = is_bound(site) && *site.function ? site.function : site.target;
  std::string function = "function '" + std::string(named) + "'";
  switch (kept.code()) {
    case ENOENT:
      return kept.reworded(*site.module ? "module '" + std::string(site.module) +
                                              "' is not loaded or has no " + function
                                        : "this kernel has no " + function);
    case EADDRNOTAVAIL:
      return kept.reworded("this kernel has several functions named '" + std::string(site.target) +
                           "'");
    case EINVAL: return kept.reworded("this kernel does not allow probes in " + function);
    default: return kept;
  }
}

Status Attachments::attach_site(const KernelHandler& handler, const Rung& rung,
                                const KernelObject& object, u32 index) {
  const Site& site = handler.sites[index];
  bpf_program* program = object.find_program(rung.program, index);
  u64 cookie = object.has_cookies() ? index : 0;
  switch (rung.mechanism) {
    case Mechanism::Uprobe:
    case Mechanism::Uretprobe:
    case Mechanism::UprobeAtReturn: {
      if (Status checked = files_->check(site); !checked) return checked;
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
      if (Status checked = files_->check(site); !checked) return checked;
      return attach_kprobe(program, site, cookie, catches_return(rung.mechanism),
                           address_of(site, handler.site_count >= kManyNames));
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
    case Mechanism::SyscallEntry:
      return keep(bpf_program__attach_raw_tracepoint(program, "sys_enter"));
    case Mechanism::SyscallExit:
      return keep(bpf_program__attach_raw_tracepoint(program, "sys_exit"));
    case Mechanism::PerfEvent: return attach_perf(program, site, cookie);
    case Mechanism::DataWatch:
      if (Status checked = files_->check(site); !checked) return checked;
      return watches_.add(site, is_bound(site) ? files_->path(site) : "", bpf_program__fd(program),
                          program_id(program));
    case Mechanism::TestRun: return {};
  }
  return Status("unknown kind of probe");
}

/// All sites of a handler by uprobe_multi links, one per file.
Attachments::Outcome Attachments::attach_uprobes(const KernelHandler& handler, const Rung& rung,
                                                 bpf_program* program) {
  std::map<std::string, UprobeSites> by_file;
  for (u32 i = 0; i < handler.site_count; ++i) {
    const Site& site = handler.sites[i];
    if (Status checked = files_->check(site); !checked) {
      if (site.need == Need::Required) return {checked, &site};
      unattached_.push_back({&site, rung.mechanism, checked.text()});
      continue;
    }
    by_file[site.target].add(site.offset, site.semaphore, i);
  }
  for (const auto& [path, sites] : by_file) {
    std::string checked = files_->path(handler.sites[sites.cookies[0]]);
    Result<int> link = create_uprobe_multi_link(bpf_program__fd(program), checked.c_str(), sites,
                                                catches_return(rung.mechanism));
    if (!link)
      return {link.failure().reworded(handler.sites[sites.cookies[0]].pp + (" in " + path) + ": " +
                                      link.failure().text())};
    link_fds_.push_back(*link);
  }
  return {};
}

/// All sites of a handler by one kprobe.multi link. The kernel takes all functions or none, so
/// those that it does not trace are left out first.
Status Attachments::attach_kprobes(const KernelHandler& handler, const Rung& rung,
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
  if (symbols.empty()) return Status("this kernel can trace none of the functions");
  bpf_kprobe_multi_opts opts = {};
  opts.sz = sizeof opts;
  opts.syms = symbols.data();
  opts.cookies = cookies.data();
  opts.cnt = symbols.size();
  opts.retprobe = catches_return(rung.mechanism);
  return keep(bpf_program__attach_kprobe_multi_opts(program, nullptr, &opts));
}

Status Attachments::Outcome::with_point() const {
  return site ? status.reworded(site->pp + (": " + status.text())) : status;
}

/// A link for each site. Sites that need not be there may fail, but not all of them.
Attachments::Outcome Attachments::attach_each(const KernelHandler& handler, const Rung& rung,
                                              const KernelObject& object) {
  Outcome first;
  const size_t unattached = unattached_.size();
  u32 attached = 0;
  for (u32 i = 0; i < handler.site_count; ++i) {
    const Site& site = handler.sites[i];
    Status status = attach_site(handler, rung, object, i);
    if (status) {
      ++attached;
      continue;
    }
    if (Status supplies = check_supplies(status); !supplies) return {supplies};
    if (site.need == Need::Required) return {status, &site};
    if (first.status) first = {status, &site};
    unattached_.push_back({&site, rung.mechanism, status.text()});
  }
  if (attached) return {};
  unattached_.resize(unattached);  // there may be another way; if not, the ladder drops them all
  return first;
}

/// One link for all calls that the kernel has; the loader has told the program which they are.
Attachments::Outcome Attachments::attach_calls(const KernelHandler& handler, const Rung& rung,
                                               const KernelObject& object) {
  Outcome first;
  u32 there = 0;
  for (u32 i = 0; i < handler.site_count; ++i) {
    const Site& site = handler.sites[i];
    Status absent = missing_call(site);
    if (absent) {
      ++there;
      continue;
    }
    if (site.need == Need::Required) return {absent, &site};
    if (first.status) first = {absent, &site};
    unattached_.push_back({&site, rung.mechanism, absent.text()});
  }
  if (there == 0) {
    unattached_.resize(unattached_.size() - handler.site_count);
    return first;
  }
  return {attach_site(handler, rung, object, 0)};
}

Attachments::Outcome Attachments::attach_handler(const KernelHandler& handler, const Rung& rung,
                                                 const KernelObject& object) {
  if (is_of_many_calls(rung.mechanism)) return attach_calls(handler, rung, object);
  if (!rung.multi) return attach_each(handler, rung, object);
  bpf_program* program = object.find_program(rung.program, 0);
  Outcome outcome = is_uprobe(rung.mechanism) ? attach_uprobes(handler, rung, program)
                                              : Outcome{attach_kprobes(handler, rung, program)};
  if (outcome.status) return outcome;
  Status supplies = check_supplies(outcome.status);
  return supplies ? outcome : Outcome{supplies};
}

/// Before anything is attached: the first probe that cannot be done without and whose file holds
/// other code than it was compiled for.
Status Attachments::check_files(const Program& program, const Ladder& ladder) {
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& handler = program.handlers[i];
    for (u32 s = 0; s < handler.site_count && !ladder.dropped(i); ++s) {
      if (handler.sites[s].need != Need::Required) continue;
      if (Status checked = files_->check(handler.sites[s]); !checked)
        return checked.reworded("cannot attach probe " + std::string(handler.sites[s].pp) + ": " +
                                checked.text());
    }
  }
  return {};
}

/// Programs at one place run as the script has them, and what saves a value before what reads it. Where the kernel runs the last
/// one first, they are attached backwards. First come those that others need (KernelHandler::companion). Of these, programs for
/// many system calls are first, because all events of single calls run where the first of them was attached, and a return's
/// handler may be among them. Uprobes come last.
std::vector<u32> Attachments::attach_order(const Program& program, const Ladder& ladder) {
  std::vector<bool> needed(program.handler_count);
  for (u32 i = 0; i < program.handler_count; ++i)
    if (u32 companion = program.handlers[i].companion; companion != kAbsent)
      needed[companion] = true;
  std::vector<u32> order, uprobes;
  for (u32 i = 0; i < program.handler_count; ++i)
    if (!ladder.dropped(i)) (is_uprobe(ladder.rung(i).mechanism) ? uprobes : order).push_back(i);
  const auto others =
      std::stable_partition(order.begin(), order.end(), [&](u32 i) { return needed[i]; });
  std::stable_partition(order.begin(), others,
                        [&](u32 i) { return is_of_many_calls(ladder.rung(i).mechanism); });
  const auto runs_backwards = [&](u32 i) { return runs_last_first(ladder.rung(i).mechanism); };
  reverse_those(order.begin(), others, runs_backwards);
  reverse_those(others, order.end(), runs_backwards);
  order.insert(order.end(), uprobes.rbegin(), uprobes.rend());
  return order;
}

Status Attachments::attach(const Program& program, const KernelObject& object, Ladder& ladder) {
  unattached_.clear();
  ProbedFiles files;
  files_ = &files;
  if (Status checked = check_files(program, ladder); !checked) return checked;
  for (u32 i : attach_order(program, ladder)) {
    const KernelHandler& handler = program.handlers[i];
    const Outcome outcome = attach_handler(handler, ladder.rung(i), object);
    const Status& status = outcome.status;
    if (status) continue;
    detach();
    const std::string cannot = "cannot attach probe ";
    if (status.category() == Failure::UsedUp)
      return status.reworded(cannot + handler.sites[0].pp + ": " + status.text());
    // Whose story the ladder tells is clear where the handler's first probe point is at fault.
    const Status failed = outcome.with_point();
    const std::string tried = ladder.tried(i);
    const bool has_another =
        ladder.give_up(i, outcome.site == handler.sites ? status.text() : failed.text());
    return Status(has_another ? Failure::AnotherWay : failed.category(),
                  cannot + failed.text() + (tried.empty() ? "" : " (" + tried + ")"),
                  failed.code());
  }
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& h = program.handlers[i];
    for (u32 s = 0; s < h.site_count && ladder.dropped(i); ++s)
      unattached_.push_back({&h.sites[s], h.variants[0].mechanism, ladder.tried(i)});
  }
  Status covered = check_coverage(program, unattached_);
  if (covered) {
    covered = watches_.begin(object);
    if (!covered) covered = covered.reworded("cannot attach probe " + covered.text());
  }
  if (!covered) detach();
  return covered;
}

std::vector<PerfCounter> Attachments::perf_counters() const {
  std::vector<PerfCounter> counters = watches_.counters();
  counters.insert(counters.end(), perf_counters_.begin(), perf_counters_.end());
  return counters;
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
  watches_.close_all();
  for (auto fd = link_fds_.rbegin(); fd != link_fds_.rend(); ++fd) close(*fd);
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) bpf_link__destroy(*link);
  link_fds_.clear();
  links_.clear();
}

}  // namespace ct
