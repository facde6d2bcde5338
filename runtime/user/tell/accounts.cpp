// Who counts what:
//
//   the handler itself (ct_counts)     handled, ended by an error, no free scratch frame, records that
//                                      the full ring did not take, full arrays, lost updates, returns
//                                      whose entry was not seen
//   bpf_prog_info.recursion_misses     fired while BPF code ran on that CPU: fentry since Linux 5.12,
//                                      raw tracepoints 6.1, kprobes and tracepoints 6.7
//   missed.cpp                         lost before BPF: kprobe and kretprobe nmissed, perf events
//
// Uprobes lose nothing of their own: on kernels since 6.0 their programs nest and preempt each other.
#include "accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "missed.h"
#include "runtime/common/json.h"
#include "runtime/user/attach/mechanism.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/output/output.h"
#include "runtime/user/values/metrics.h"

namespace ct {
namespace {

std::vector<HandlerAccount> take(const Program& program, const KernelObject& object,
                                 const Ladder& ladder, const Attachments& attachments) {
  std::vector<HandlerAccount> accounts(program.handler_count);
  for (u32 i = 0; i < program.handler_count; ++i) {
    accounts[i].probed = !ladder.dropped(i);
    if (!accounts[i].probed) continue;
    accounts[i].mechanism = ladder.rung(i).mechanism;
    HandlerCounts now = object.counts(program, ladder, i);
    accounts[i].counts = now.counts;
    accounts[i].recursion = now.recursion_misses;
    accounts[i].missed =
        missed_events(accounts[i].mechanism, now.program_ids, attachments, now.counts);
  }
  return accounts;
}

u64 since(u64 now, u64 before) { return now > before ? now - before : 0; }

/// Kernels that do not count a program that was not started, since it came upon another one.
std::string uncounted_recursion(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::Kprobe:
    case Mechanism::Kretprobe:
    case Mechanism::Tracepoint:
      if (counts_skipped_programs()) return "";
      return "this kernel does not count events that found BPF code running (6.7 does)";
    case Mechanism::PerfEvent:  // part of what is missed
    case Mechanism::DataWatch:  // the same
    case Mechanism::Uprobe:
    case Mechanism::Uretprobe:
    case Mechanism::UprobeAtReturn:
    case Mechanism::TpBtf:
    case Mechanism::RawTp:
    case Mechanism::SyscallEntry:
    case Mechanism::SyscallExit:
    case Mechanism::Fentry:
    case Mechanism::Fexit:
    case Mechanism::TestRun: break;
  }
  return "";
}

std::string number_or_null(const Losses& losses) {
  return losses.unknown.empty() ? std::to_string(losses.count) : "null";
}

std::string handler_json(const KernelHandler& handler, const HandlerAccount& a) {
  JsonList members;
  Losses recursion = {a.recursion, uncounted_recursion(a.mechanism)};
  members.add("probe", json_string(handler.site_count ? handler.sites[0].pp : ""));
  members.add("points", std::to_string(handler.site_count));
  members.add("mechanism", json_string(a.probed ? mechanism_name(a.mechanism) : "none"));
  members.add("handled", std::to_string(a.counts.handled - a.counts.entry_unseen));
  members.add("errors", std::to_string(a.counts.errors));
  members.add("no_scratch", std::to_string(a.counts.frame_busy));
  members.add("recursion", number_or_null(recursion));
  members.add("missed", number_or_null(a.missed));
  members.add("lost_records", std::to_string(a.counts.lost_records));
  members.add("entry_unseen", std::to_string(a.counts.entry_unseen));
  members.add("array_full", std::to_string(a.counts.array_full));
  members.add("lost_updates", std::to_string(a.counts.lost_updates));
  std::string unknown;
  for (const std::string& why : {recursion.unknown, a.missed.unknown})
    if (!why.empty()) unknown += (unknown.empty() ? "" : "; ") + why;
  if (!unknown.empty()) members.add("unknown", json_string(unknown));
  return members.object();
}

/// With -t, why probes were skipped, in SystemTap's words where it has them.
void report_reasons(const KernelHandler& handler, const HandlerAccount& a) {
  std::string point = handler.site_count ? handler.sites[0].pp : "";
  auto tell = [&](const std::string& reason, u64 count) {
    if (count)
      print_warning("Skipped due to " + reason + " on '" + point + "': " + std::to_string(count));
  };
  tell("reentrancy", a.recursion);
  tell("lack of scratch memory", a.counts.frame_busy);
  switch (a.mechanism) {
    case Mechanism::Kprobe: tell("missed kprobe", a.missed.count); break;
    case Mechanism::Kretprobe: tell("missed kretprobe", a.missed.count); break;
    case Mechanism::PerfEvent: tell("missed perf event", a.missed.count); break;
    case Mechanism::DataWatch: tell("missed data watch", a.missed.count); break;
    case Mechanism::Uprobe:
    case Mechanism::Uretprobe:
    case Mechanism::UprobeAtReturn:
    case Mechanism::TpBtf:
    case Mechanism::RawTp:
    case Mechanism::SyscallEntry:
    case Mechanism::SyscallExit:
    case Mechanism::Tracepoint:
    case Mechanism::Fentry:
    case Mechanism::Fexit:
    case Mechanism::TestRun: break;  // missed_events() finds none of these
  }
}

}  // namespace

void Accounts::begin(const Program& program, const KernelObject& object, const Ladder& ladder,
                     const Attachments& attachments) {
  before_ = take(program, object, ladder, attachments);
}

void Accounts::end(const Program& program, const KernelObject& object, const Ladder& ladder,
                   const Attachments& attachments) {
  stop_perf_events(attachments);
  handlers_ = since_begin(take(program, object, ladder, attachments));
}

/// Without what was there before the handlers went live, and with what user space has counted.
std::vector<HandlerAccount> Accounts::since_begin(std::vector<HandlerAccount> now) const {
  for (auto [handler, count] : unseen_) now[handler].counts.entry_unseen += count;
  for (size_t i = 0; i < before_.size(); ++i) {
    now[i].recursion = since(now[i].recursion, before_[i].recursion);
    now[i].missed.count = since(now[i].missed.count, before_[i].missed.count);
  }
  return now;
}

void Accounts::end_of_parts(const Program& program, const KernelObject& object,
                            const Ladder& ladder) {
  for (u32 i = 0; i < handlers_.size(); ++i)
    if (handlers_[i].mechanism == Mechanism::TestRun)
      handlers_[i].counts = object.counts(program, ladder, i).counts;
}

namespace {

/// Errors that --suppress-handler-errors kept quiet, of both sides.
u64 all_suppressed(const Program& program, const std::vector<HandlerAccount>& handlers,
                   u64 by_user_side) {
  if (!program.suppress_errors) return 0;
  // An error of a kernel part is one of the user-side handler that it belongs to.
  for (const HandlerAccount& a : handlers)
    if (a.mechanism != Mechanism::TestRun) by_user_side += a.counts.errors;
  return by_user_side;
}

}  // namespace

void Accounts::report(const Program& program, u64 errors, u64 suppressed, bool timing) const {
  u64 skipped = 0, lost = 0, unseen = 0, lost_updates = 0;
  for (size_t i = 0; i < handlers_.size(); ++i) {
    const HandlerAccount& a = handlers_[i];
    skipped += a.skipped();
    lost += a.counts.lost_records;
    unseen += a.counts.entry_unseen;
    lost_updates += a.counts.lost_updates;
  }
  suppressed = all_suppressed(program, handlers_, suppressed);
  std::string quiet = suppressed ? " and " + std::to_string(suppressed) + " suppressed" : "";
  if (errors != 0 || suppressed != 0 || skipped != 0)
    print_warning("Number of errors: " + std::to_string(errors) + quiet +
                  ", skipped probes: " + std::to_string(skipped));
  for (size_t i = 0; timing && i < handlers_.size(); ++i)
    report_reasons(program.handlers[i], handlers_[i]);
  if (lost != 0)
    print_warning("There were " + std::to_string(lost) +
                  " transport failures: the ring buffer was full (-s makes it larger)");
  if (unseen != 0)
    print_warning(std::to_string(unseen) +
                  " returns were not handled, for the values from their functions' entries are not "
                  "known: they were entered before the script began, or are too many at once (-D "
                  "MAXMAPENTRIES)");
  if (lost_updates != 0)
    print_warning(std::to_string(lost_updates) +
                  " updates of variables were lost: too many CPUs changed them at once");
}

std::string Accounts::json(const Program& program, u64 errors, u64 suppressed,
                           const char* separator) const {
  u64 skipped = 0, lost = 0;
  std::string handlers;
  for (size_t i = 0; i < handlers_.size(); ++i) {
    skipped += handlers_[i].skipped();
    lost += handlers_[i].counts.lost_records;
    handlers +=
        (i ? "," : "") + std::string(separator) + handler_json(program.handlers[i], handlers_[i]);
  }
  return "{\"type\": \"accounts\", \"script\": " + json_string(program.script_name) +
         ", \"errors\": " + std::to_string(errors) + ", \"suppressed_errors\": " +
         std::to_string(all_suppressed(program, handlers_, suppressed)) +
         ", \"skipped\": " + std::to_string(skipped) +
         ", \"lost_records\": " + std::to_string(lost) + ", \"handlers\": [" + handlers + "]}";
}

namespace {

/// A family of which each handler has a sample. What the kernel does not count has none.
struct HandlerFamily {
  const char* name;
  const char* help;
  Losses (*value)(const HandlerAccount&);
};

constexpr HandlerFamily kFamilies[] = {
    {"coretap_handled_total", "Events that the probe has handled.",
     [](const HandlerAccount& a) {
       return Losses{a.counts.handled - a.counts.entry_unseen, ""};
     }},
    {"coretap_handler_errors_total", "Handlers of the probe that a run-time error ended.",
     [](const HandlerAccount& a) {
       return Losses{a.counts.errors, ""};
     }},
    {"coretap_lost_records_total", "Records that found no room on the way to user space.",
     [](const HandlerAccount& a) {
       return Losses{a.counts.lost_records, ""};
     }},
    {"coretap_lost_updates_total", "Updates of variables that were lost.",
     [](const HandlerAccount& a) {
       return Losses{a.counts.lost_updates, ""};
     }},
    {"coretap_no_scratch_total", "Events that were skipped for lack of scratch memory.",
     [](const HandlerAccount& a) {
       return Losses{a.counts.frame_busy, ""};
     }},
    {"coretap_recursion_total", "Events that were skipped because BPF code ran on that CPU.",
     [](const HandlerAccount& a) {
       return Losses{a.recursion, uncounted_recursion(a.mechanism)};
     }},
    {"coretap_missed_total", "Events that the kernel did not tell.",
     [](const HandlerAccount& a) { return a.missed; }},
};

}  // namespace

std::string Accounts::metrics(const Program& program, const KernelObject& object,
                              const Ladder& ladder, const Attachments& attachments, u64 errors,
                              u64 suppressed) const {
  const std::vector<HandlerAccount> now =
      object.loaded() ? since_begin(take(program, object, ladder, attachments))
                      : std::vector<HandlerAccount>();
  auto single = [](const std::string& name, const char* help, u64 value) {
    return metric_family(name, "counter", help) + name + " " + std::to_string(value) + "\n";
  };
  std::string text = single("coretap_errors_total", "Run-time errors of the script.", errors) +
                     single("coretap_suppressed_errors_total",
                            "Run-time errors that --suppress-handler-errors kept quiet.",
                            all_suppressed(program, now, suppressed));
  for (const HandlerFamily& family : kFamilies) {
    if (now.empty()) break;
    text += metric_family(family.name, "counter", family.help);
    for (u32 i = 0; i < now.size(); ++i) {
      const Losses value = family.value(now[i]);
      const KernelHandler& handler = program.handlers[i];
      if (!now[i].probed || !value.unknown.empty()) continue;
      // The index tells handlers of one probe point apart.
      text += std::string(family.name) + "{handler=\"" + std::to_string(i) +
              "\",probe=" + metric_label(handler.site_count ? handler.sites[0].pp : "") + "} " +
              std::to_string(value.count) + "\n";
    }
  }
  return text;
}

Status Accounts::write(const char* path, const Program& program, u64 errors, u64 suppressed) const {
  const std::string text = json(program, errors, suppressed, "\n  ") + "\n";
  FILE* file = fopen(path, "we");
  bool written = file && fputs(text.c_str(), file) >= 0;
  int error = errno;
  if (file && fclose(file) != 0) {
    written = false;
    error = errno;
  }
  if (written) return {};
  return Status::of_errno(error, std::string("cannot write accounts to ") + path + ": ");
}

}  // namespace ct
