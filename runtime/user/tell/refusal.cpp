#include "refusal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/user/attach/kernel_offers.h"
#include "runtime/user/kernel/rights.h"

namespace ct {
namespace {

/// The first line of a file that begins with `start`, or "".
std::string line_of(const char* path, const char* start) {
  char line[4096];
  std::string found;
  if (FILE* file = fopen(path, "re")) {
    while (found.empty() && fgets(line, sizeof line, file))
      if (strncmp(line, start, strlen(start)) == 0) found = line;
    fclose(file);
  }
  return found;
}

/// What the kernel says to the ways into it, best first: No is the last one's.
Offer best_offer(const KernelHandler& handler, const Site& site, const KernelOffers& kernel) {
  Offer offer;
  for (u32 v = 0; v < handler.variant_count; ++v) {
    offer = kernel.site(handler.variants[v].mechanism, site);
    if (offer.state != Offer::No) break;
  }
  return offer;
}

/// Fails for the first probe point that this kernel cannot have.
Status check_probes(const Program& program, const KernelOffers& kernel) {
  std::string first;
  size_t more = 0;
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& handler = program.handlers[i];
    for (u32 s = 0; s < handler.site_count; ++s) {
      const Site& site = handler.sites[s];
      if (site.need != Need::Required || site.code)
        continue;  // other builds: attaching says all of it
      Offer offer = best_offer(handler, site, kernel);
      if (offer.state != Offer::No) continue;
      if (first.empty())
        first = std::string("cannot attach probe ") + site.pp + ": " + offer.why;
      else
        ++more;
    }
  }
  if (first.empty()) return {};
  return Status(more ? first + " (and " + std::to_string(more) + " more)" : first);
}

/// Debian's level 3 keeps perf events, and so kprobes, uprobes and tracepoints, for CAP_SYS_ADMIN.
std::string perf_restriction(const Status& refusal) {
  if (refusal.category() == Failure::Verifier || refusal.code() != EACCES) return "";
  std::string level = line_of("/proc/sys/kernel/perf_event_paranoid", "");
  if (atoi(level.c_str()) < 3) return "";
  return " (kernel.perf_event_paranoid is " + std::to_string(atoi(level.c_str())) +
         ": this kernel lets only CAP_SYS_ADMIN use perf events, which this kind of probe needs)";
}

}  // namespace

Status check_rights() {
  const bool bpf = has_capability(Capability::Bpf), perfmon = has_capability(Capability::Perfmon);
  if (has_capability(Capability::SysAdmin) || (bpf && perfmon)) {
    if (!is_in_user_namespace()) return {};
    return Status(
        "tracing needs the rights of the machine's root; this process is root only in a user "
        "namespace of its own (unshare -U, a rootless container)");
  }
  return Status(
      std::string("tracing needs root, or the capabilities CAP_BPF and CAP_PERFMON; this process "
                  "lacks ") +
      (bpf       ? "CAP_PERFMON"
       : perfmon ? "CAP_BPF"
                 : "both"));
}

/// Lockdown's mode, from securityfs; where that is not mounted, as the kernel was booted.
Status check_lockdown() {
  std::string modes = line_of("/sys/kernel/security/lockdown", "");
  size_t begin = modes.find('['), end = modes.find(']');
  std::string mode;
  if (begin != std::string::npos && end != std::string::npos) {
    mode = modes.substr(begin + 1, end - begin - 1);
  } else {
    std::string boot = " " + line_of("/proc/cmdline", "");
    size_t at = boot.find(" lockdown=");
    if (at != std::string::npos) {
      at += strlen(" lockdown=");
      mode = boot.substr(at, boot.find_first_of(" \n", at) - at);
    }
  }
  if (mode != "confidentiality") return {};
  return Status("the kernel is in lockdown mode confidentiality, in which nobody may trace it");
}

Status explain_refusal(const Program& program, const Status& refusal, bool verbose) {
  Status reason = check_rights();
  if (reason) {
    // Before the kernel is asked for its tracepoints: lockdown hides them.
    reason = check_lockdown();
    if (!reason) verbose = true;  // it may be something else
  }
  if (reason) {
    KernelOffers kernel;
    if (Offer types = kernel.types(); types.state == Offer::No)
      reason = Status("this kernel has no BTF, which probes in the kernel need: " + types.why);
    if (reason) reason = check_probes(program, kernel);
  }
  if (reason) return refusal.reworded(refusal.text() + perf_restriction(refusal));
  return refusal.reworded(verbose ? reason.text() + "\n" + refusal.text() : reason.text());
}

}  // namespace ct
