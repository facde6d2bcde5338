// kprobe, kretprobe: a hit while another kprobe is being handled on that CPU, and a call for which
// the kernel had no free return instance. In bpf_link_info since Linux 6.7 (commits 3acf8ace6823
// "bpf: Add missed value to kprobe perf link info", e2b2cd592ae5 for kprobe_multi); a kernel that
// does not fill the field leaves what we put there.
//
// perf_event: a software event that fires too often is throttled, and its program does not run while
// another one runs on that CPU; nobody counts either, but the event's own counter goes on. So what
// is missed is what the counter says less the runs that we counted.
#include "missed.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/user/kernel/grace_period.h"

namespace ct {
namespace {

/// struct bpf_link_info as of Linux 6.7, as far as it is about misses; our headers are older.
struct LinkInfo {
  u32 type, id, program, padding;
  union {
    struct {
      u64 addresses;
      u32 count, flags;
      u64 missed;
    } kprobe_multi;
    struct {
      u32 type, padding;
      u64 name;
      u32 name_size, offset;
      u64 address, missed;
    } perf;
  };
};
constexpr u32 kLinkPerfEvent = 7, kLinkKprobeMulti = 8;
constexpr u32 kPerfKprobe = 3, kPerfKretprobe = 4;
constexpr u64 kNotFilled = ~0ull;

bool ask(int fd, LinkInfo& info) {
  u32 size = sizeof info;
  return bpf_obj_get_info_by_fd(fd, &info, &size) == 0;
}

bool contains(const std::vector<u32>& programs, u32 id) {
  return std::find(programs.begin(), programs.end(), id) != programs.end();
}

/// True if the link serves one of the programs; `missed` is then kNotFilled if the kernel does not tell.
bool missed_of_link(int fd, const std::vector<u32>& programs, u64& missed) {
  LinkInfo plain = {};
  missed = kNotFilled;
  if (!ask(fd, plain)) return true;  // not a link, or an old kernel: nothing is known
  if (!contains(programs, plain.program)) return false;
  LinkInfo info = {};
  if (plain.type == kLinkKprobeMulti) {
    info.kprobe_multi.missed = kNotFilled;
    if (ask(fd, info)) missed = info.kprobe_multi.missed;
  } else if (plain.type == kLinkPerfEvent &&
             (plain.perf.type == kPerfKprobe || plain.perf.type == kPerfKretprobe)) {
    info.perf.missed = kNotFilled;
    if (ask(fd, info)) missed = info.perf.missed;
  }
  return true;
}

Losses missed_kprobes(const std::vector<u32>& programs, const Attachments& attachments) {
  Losses losses;
  for (int fd : attachments.link_fds()) {
    u64 missed;
    if (!missed_of_link(fd, programs, missed)) continue;
    if (missed == kNotFilled)
      losses.unknown = "this kernel does not tell how many hits of a kprobe it missed (6.7 does)";
    else
      losses.count += missed;
  }
  return losses;
}

/// What the counters of the handler's events say that its runs do not.
Losses missed_perf_events(const std::vector<u32>& programs, const Attachments& attachments,
                          const ct_counts& counts) {
  Losses losses;
  u64 fired = 0;
  for (const PerfCounter& counter : attachments.perf_counters()) {
    if (!contains(programs, counter.program_id)) continue;
    if (!counter.period) {
      losses.unknown = "a clock's events, or those of a frequency, cannot be counted otherwise";
      return losses;
    }
    u64 value = counter.value;
    if (counter.fd >= 0 && read(counter.fd, &value, sizeof value) != sizeof value) {
      losses.unknown = std::string("the event's counter cannot be read: ") + strerror(errno);
      return losses;
    }
    fired += value / counter.period;
  }
  u64 runs = counts.handled + counts.errors + counts.frame_busy + counts.gated;
  if (fired > runs) losses.count = fired - runs;
  return losses;
}

}  // namespace

void stop_perf_events(const Attachments& attachments) {
  const std::vector<PerfCounter> counters = attachments.perf_counters();
  if (counters.empty()) return;
  for (const PerfCounter& counter : counters)
    if (counter.fd >= 0) ioctl(counter.fd, PERF_EVENT_IOC_DISABLE, 0);
  wait_for_plain_programs();
}

Losses missed_events(Mechanism mechanism, const std::vector<u32>& programs,
                     const Attachments& attachments, const ct_counts& counts) {
  switch (mechanism) {
    case Mechanism::Kprobe:
    case Mechanism::Kretprobe: return missed_kprobes(programs, attachments);
    case Mechanism::PerfEvent:
    case Mechanism::DataWatch: return missed_perf_events(programs, attachments, counts);
    case Mechanism::Uprobe:
    case Mechanism::Uretprobe:
    case Mechanism::UprobeAtReturn:
    case Mechanism::TpBtf:
    case Mechanism::RawTp:
    case Mechanism::Tracepoint:
    case Mechanism::SyscallEntry:
    case Mechanism::SyscallExit:
    case Mechanism::Fentry:
    case Mechanism::Fexit:
    case Mechanism::TestRun: break;
  }
  return {};
}

}  // namespace ct
