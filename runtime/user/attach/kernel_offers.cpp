#include "kernel_offers.h"

#include <bpf/btf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "data_watches.h"
#include "runtime/common/terminal.h"
#include "runtime/user/harness/kallsyms.h"
#include "runtime/user/harness/kernel_ticks.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/kernel/tracefs.h"

namespace ct {
namespace {

Offer no(const std::string& why) { return {Offer::No, why}; }
Offer unknown(const std::string& why) { return {Offer::Unknown, why}; }

/// A dynamic PMU: "kprobe" and "uprobe" exist where the kernel was built with them.
Offer pmu(const char* name) {
  if (access((std::string("/sys/bus/event_source/devices/") + name + "/type").c_str(), F_OK) == 0)
    return {};
  if (access("/sys/bus/event_source/devices", F_OK) != 0) return unknown("/sys is not mounted");
  return no(std::string("this kernel was built without ") + name + "s");
}

Offer perf_event(const Site& site) {
  perf_event_attr attr = {};
  attr.size = sizeof attr;
  attr.type = site.perf_type;
  attr.config = site.perf_config;
  attr.freq = site.perf_is_freq;
  attr.sample_period = perf_period(site);
  attr.disabled = 1;
  long fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd >= 0) {
    close(static_cast<int>(fd));
    return {};
  }
  std::string why = std::string("perf_event_open: ") + strerror(errno);
  return errno == EACCES || errno == EPERM ? unknown(why) : no(why);
}

Offer tracepoint(const char* name) {
  Result<int> id = tracepoint_id(name);
  if (id) return {};
  const Status& failure = id.failure();
  return failure.category() == Failure::Missing ? no(failure.text()) : unknown(failure.text());
}

}  // namespace

KernelOffers::KernelOffers()
    : types_(btf__load_vmlinux_btf()), files_(std::make_unique<ProbedFiles>()) {}
KernelOffers::~KernelOffers() { btf__free(types_); }

Offer KernelOffers::types() const {
  if (types_) return {};
  if (access("/sys/kernel", F_OK) != 0)
    return no("/sys/kernel/btf/vmlinux cannot be seen: sysfs is not mounted at /sys");
  return no(
      "/sys/kernel/btf/vmlinux is missing: the kernel was built without CONFIG_DEBUG_INFO_BTF");
}

Offer KernelOffers::enumerator(const char* type, const std::string& name) const {
  if (!types_) return unknown("the kernel has no BTF to ask");
  int id = btf__find_by_name_kind(types_, type, BTF_KIND_ENUM);
  if (id < 0) return unknown(std::string("the kernel's BTF has no enum ") + type);
  const btf_type* t = btf__type_by_id(types_, static_cast<u32>(id));
  const struct btf_enum* members = btf_enum(t);
  for (u32 i = 0; i < btf_vlen(t); ++i)
    if (name == btf__name_by_offset(types_, members[i].name_off)) return {};
  return no("this kernel does not have it");
}

Offer KernelOffers::helper(const std::string& name) const {
  return enumerator("bpf_func_id", "BPF_FUNC_" + name);
}

Offer KernelOffers::map_type(const std::string& name) const {
  std::string upper = "BPF_MAP_TYPE_";
  for (char c : name) upper += static_cast<char>(toupper(c));
  return enumerator("bpf_map_type", upper);
}

Offer KernelOffers::function(const char* name) const {
  if (types_ && btf__find_by_name_kind(types_, name, BTF_KIND_FUNC) > 0) return {};
  if (kallsyms::has(name)) return {};
  return no(std::string("this kernel has no function ") + name);
}

/// Each tracepoint has a type for its arguments.
bool KernelOffers::has_tracepoint(const char* name) const {
  return btf__find_by_name_kind(types_, (std::string("btf_trace_") + name).c_str(),
                                BTF_KIND_TYPEDEF) > 0;
}

Offer KernelOffers::file(const Site& site) const {
  Status checked = files_->check(site);
  return checked ? Offer{} : no(checked.text());
}

Offer KernelOffers::data_watch(const Site& site) const {
  if (site.watch->space == DataWatch::Kernel) {
    Result<u64> address = watched_kernel_address(site);
    return address ? Offer{} : no(address.failure().text());
  }
  if (site.watch->space == DataWatch::Process) return {};
  if (!has_sleepable_uprobes()) return no("this kernel has no sleepable uprobes (Linux 6.0)");
  return file(site);
}

bool KernelOffers::lacks(Mechanism mechanism, const Site& site) const {
  auto is_loaded = [&] {
    return access(("/sys/module/" + std::string(site.module)).c_str(), F_OK) == 0 ||
           access("/sys/module", F_OK) != 0;
  };
  switch (mechanism) {
    case Mechanism::Kprobe:
    case Mechanism::Kretprobe:
    case Mechanism::Fentry:
    case Mechanism::Fexit:
      if (is_bound(site)) return file(site).state == Offer::No;
      return (*site.module && !is_loaded()) || function(site.target).state == Offer::No;
    case Mechanism::TpBtf:
    case Mechanism::RawTp: return types_ && !has_tracepoint(site.target);
    case Mechanism::Tracepoint:
    case Mechanism::SyscallEntry:
    case Mechanism::SyscallExit: return tracepoint(site.target).state == Offer::No;
    case Mechanism::Uprobe:
    case Mechanism::Uretprobe:
    case Mechanism::UprobeAtReturn:
    case Mechanism::PerfEvent:
    case Mechanism::TestRun: return false;
    case Mechanism::DataWatch:
      return site.watch->space == DataWatch::Kernel && !watched_kernel_address(site);
  }
  return false;
}

Offer KernelOffers::site(Mechanism mechanism, const Site& site) const {
  bool in_module = *site.module;
  if (in_module && access(("/sys/module/" + std::string(site.module)).c_str(), F_OK) != 0)
    return no(std::string("module '") + site.module + "' is not loaded");
  switch (mechanism) {
    case Mechanism::Uprobe:
    case Mechanism::Uretprobe:
    case Mechanism::UprobeAtReturn: {
      Offer offer = pmu("uprobe");
      return offer.state == Offer::Yes ? file(site) : offer;
    }
    case Mechanism::Kprobe:
    case Mechanism::Kretprobe: {
      Offer offer = pmu("kprobe");
      if (offer.state == Offer::Yes && is_bound(site)) return file(site);
      return offer.state == Offer::Yes ? function(site.target) : offer;
    }
    case Mechanism::Fentry:
    case Mechanism::Fexit:
      if (!types_) return types();
      if (in_module) return function(site.target);
      if (btf__find_by_name_kind(types_, site.target, BTF_KIND_FUNC) > 0) return {};
      return no(std::string("this kernel's BTF has no function ") + site.target);
    case Mechanism::TpBtf:
    case Mechanism::RawTp:
      if (!types_) return types();
      if (has_tracepoint(site.target)) return {};
      return no(std::string("this kernel has no tracepoint ") + site.target);
    case Mechanism::Tracepoint:
    case Mechanism::SyscallEntry:
    case Mechanism::SyscallExit: return tracepoint(site.target);
    case Mechanism::PerfEvent: return perf_event(site);
    case Mechanism::DataWatch: return data_watch(site);
    case Mechanism::TestRun: return {};
  }
  return unknown("unknown kind of probe");
}

u64 perf_period(const Site& site) {
  return site.perf_is_freq && site.perf_period == 0 ? ticks_per_second() : site.perf_period;
}

}  // namespace ct
