#include "machine.h"

#include <fcntl.h>
#include <unistd.h>

#include "refusal.h"
#include "runtime/user/attach/kernel_offers.h"
#include "runtime/user/harness/kallsyms.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/kernel/probe_trials.h"
#include "runtime/user/kernel/tracefs.h"

namespace ct {
namespace {

Finding good(std::string what, std::string found) {
  return {Finding::Good, std::move(what), std::move(found), ""};
}

Finding limited(std::string what, std::string found, std::string mend = "") {
  return {Finding::Limited, std::move(what), std::move(found), std::move(mend)};
}

Finding missing(std::string what, std::string found, std::string mend) {
  return {Finding::Missing, std::move(what), std::move(found), std::move(mend)};
}

Finding rights() {
  const Status right = check_rights();
  if (!right)
    return missing("rights", right.text(),
                   "run coretap as root; for a built binary also: setcap cap_bpf,cap_perfmon+ep "
                   "FILE");
  const Status open = check_lockdown();
  if (!open) return missing("rights", open.text(), "boot without lockdown=confidentiality");
  const Status loaded = try_bpf_program();
  if (!loaded)
    return missing("rights", "the kernel refuses a BPF program: " + loaded.text(),
                   "run coretap outside of the container or sandbox that forbids bpf(2)");
  return good("rights", "may load BPF programs and trace");
}

Finding types() {
  const Offer types = KernelOffers().types();
  if (types.state == Offer::No)
    return missing("types of the kernel", types.why,
                   "mount sysfs, or boot a kernel with CONFIG_DEBUG_INFO_BTF=y");
  return good("types of the kernel", "BTF in /sys/kernel/btf/vmlinux");
}

/// Which form of the kernel object it takes: docs/architecture.md, "Two flavours of the kernel object".
Finding object_form() {
  std::string lacks;
  for (const std::string& each : missing_for_modern()) lacks += (lacks.empty() ? "" : ", ") + each;
  if (lacks.empty()) return good("BPF", "all that coretap can use");
  return limited("BPF", "scripts take the base form, for the kernel lacks " + lacks);
}

Finding tracepoints() {
  const Status attached = try_tracepoint();
  if (!attached) return missing("tracepoints, system calls", "refused: " + attached.text(), "");
  if (trace_event_systems().empty())
    return limited("tracepoints, system calls", "tracefs cannot be read",
                   "mount -t tracefs tracefs /sys/kernel/tracing");
  return good("tracepoints, system calls", "can be probed");
}

Finding kernel_functions() {
  const char* what = "functions of the kernel";
  const Status fentry = try_fentry();
  const Status kprobe = try_kprobe();
  if (!fentry && !kprobe)
    return limited(
        what, "cannot be probed: fentry: " + fentry.text() + "; kprobe: " + kprobe.text(),
        "boot a kernel with CONFIG_KPROBE_EVENTS=y and CONFIG_BPF_EVENTS=y; tracepoints need "
        "neither");
  std::string ways = fentry ? "fentry" : "";
  if (kprobe) ways += ways.empty() ? "kprobe" : ", kprobe";
  if (kprobe && has_kprobe_multi()) ways += ", kprobe.multi";
  return good(what, "can be probed by " + ways);
}

Finding programs() {
  const char* what = "programs and libraries";
  const Status uprobe = try_uprobe();
  if (!uprobe)
    return limited(what, "cannot be probed: " + uprobe.text(),
                   "boot a kernel with CONFIG_UPROBE_EVENTS=y");
  if (!has_sleepable_uprobes())
    return limited(what,
                   "can be probed; memory that a program has not touched yet cannot be read (Linux "
                   "6.0 can)");
  return good(
      what, std::string("can be probed") + (has_uprobe_multi() ? ", many places by one call" : ""));
}

Finding counters() {
  const Status counter = try_hardware_counter();
  if (counter) return good("hardware counters", "can be read");
  return limited("hardware counters", "perf.type(0) has none: " + counter.text(),
                 "virtual machines mostly have none; timer.profile needs none");
}

Finding symbols() {
  if (kallsyms::address_of("_stext") != 0)
    return good("symbols of the kernel", "are shown in /proc/kallsyms");
  return limited("symbols of the kernel", "/proc/kallsyms hides the addresses",
                 "sysctl kernel.kptr_restrict=1");
}

Finding served_files() {
  const int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (fuse < 0)
    return limited("procfs probes", Status::of_errno(errno, "/dev/fuse: ").text(), "modprobe fuse");
  close(fuse);
  return good("procfs probes", "/dev/fuse is there");
}

}  // namespace

std::vector<Finding> examine_machine() {
  std::vector<Finding> findings{rights(), types()};
  if (findings.front().state != Finding::Good) {
    findings.push_back(limited("kinds of probes", "not tried without these rights"));
    return findings;
  }
  for (auto examine :
       {object_form, tracepoints, kernel_functions, programs, counters, symbols, served_files})
    findings.push_back(examine());
  return findings;
}

}  // namespace ct
