// How a session runs the script's code: the handlers of user space, the segments of kernel handlers, and the kernel parts of handlers
// that the session runs itself.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "runtime/user/harness/user_stacks.h"
#include "runtime/user/output/output.h"
#include "runtime/user/values/array.h"
#include "runtime/user/values/globals.h"
#include "runtime/user/values/report.h"
#include "session_class.h"
#include "signals.h"

namespace ct {
namespace {

constexpr char kNoMemory[] =
    "ERROR: there is not enough memory (ulimit -v, or the machine's own); the session ends\n";

// The answer of a program of which none has come: ct_skip() ended it.
constexpr u32 kNotAnswered = ~0u;

/// A segment of the present handler has raised an error, which is told.
struct PartFailed {};

}  // namespace

/// An error that ended user-side code of a probe.
void Session::handler_error(const Message& message) {
  if (program_.suppress_errors)
    ++suppressed_;
  else
    report_error(message);
}

/// Small allocations may have taken all there was: what the session keeps back lets the end probes run.
void Session::report_no_memory() {
  reserve_.reset();
  flush_output();
  if (write(STDERR_FILENO, kNoMemory, sizeof kNoMemory - 1) < 0) failed_ = true;
  __atomic_add_fetch(&state_->error_count, 1, __ATOMIC_RELAXED);
  request_exit();
}

void Session::report_error(const Message& message) {
  print_error(message);
  __atomic_add_fetch(&state_->error_count, 1, __ATOMIC_RELAXED);
}

/// Runs user-side code: catches what it raises, and ends the session after MAXERRORS. Errors of
/// kernel code that were counted meanwhile are loop()'s affair: what was sent before them still runs.
/// It may run so many statements. False: it raised an error.
template <typename Run>
bool Session::run_guarded(const char* pp, s64 actions, Run&& run) {
  probe_point_ = pp;
  actions_left = actions;
  if (output_is_json()) begin_prints(pp, record_ ? record_->time_ns : now_ns());
  bool raised = true;
  const HandlerRun handler_run;
  try {
    run();
    raised = false;
  } catch (const Error& e) {
    handler_error(
        {.from = Speaker::Handler, .text = e.message, .near = e.near ? e.near : "", .probe = pp});
  } catch (const NextHandler&) {
    raised = false;
  } catch (const PartFailed&) {
  } catch (const Interrupted&) {
    report_error({.from = Speaker::Handler,
                  .text = std::string("probe ") + pp + " was interrupted",
                  .probe = pp});
  } catch (const std::bad_alloc&) {
    report_no_memory();
  }
  if (raised && errors() > static_cast<u64>(state_->max_errors)) {
    failed_ = true;
    request_exit();
  }
  return !raised;
}

/// As in stap, what runs with interrupts enabled may do more.
s64 Session::actions_of(UserEvent event) const {
  if (event == UserEvent::Timer) return program_.max_action;
  return program_.max_action_interruptible ? program_.max_action_interruptible
                                           : 10 * program_.max_action;
}

namespace {

/// SystemTap's words. A row's family and what a return probe is there decide: mechanisms.def.
const char* type_of(Mechanism mechanism) {
  enum class Family { UserProbe, KernelProbe, Tracing, Event, Request };
  enum class Return { AtEntry, Leaving, Left };
  struct Row {
    Family family;
    Return returns;
  };
  static constexpr Row kRows[] = {
#define CORETAP_MECHANISM(name, id, text, section, names, family, registers, returns) \
  {Family::family, Return::returns},
#include "runtime/shared/mechanisms.def"
#undef CORETAP_MECHANISM
  };
  if (mechanism == Mechanism::PerfEvent) return "perf_event";
  const Row& row = kRows[static_cast<size_t>(mechanism)];
  const bool is_return = row.returns != Return::AtEntry;
  switch (row.family) {
    case Family::UserProbe: return is_return ? "uretprobe" : "uprobe";
    case Family::KernelProbe:
    case Family::Tracing: return is_return ? "kretprobe" : "kprobe";
    case Family::Event: return "kernel_tracepoint";
    case Family::Request: break;
  }
  return "begin_end";
}

const char* type_of(UserEvent event) {
  switch (event) {
    case UserEvent::Timer: return "timer";
    case UserEvent::FileRead:
    case UserEvent::FileWrite: return "procfs";
    case UserEvent::Begin:
    case UserEvent::End:
    case UserEvent::Error: break;
  }
  return "begin_end";
}

}  // namespace

const char* Session::probe_type() const {
  if (!in_segment_) return type_of(event_);
  const KernelHandler& handler = program_.handlers[program_.segments[record_->segment].handler];
  return type_of(handler.variants[0].mechanism);
}

/// False: it raised an error.
bool Session::run_user_handler(const UserHandler& handler) {
  event_ = handler.event;
  u64 began = timing_.enabled() ? timing_clock() : 0;
  part_actions_ = actions_of(handler.event);
  bool ok = run_guarded(handler.pp, part_actions_, handler.run);
  if (began)
    timing_.user_handler(static_cast<u32>(&handler - program_.user_handlers),
                         timing_clock() - began);
  return ok;
}

/// A handler that somebody outside has asked for: first comes what happened before.
ServedFiles::Outcome Session::run_when_asked(const UserHandler& handler) {
  drain();
  if (exit_requested_) return ServedFiles::Outcome::NotRun;
  next_epoch();
  return run_user_handler(handler) ? ServedFiles::Outcome::Done : ServedFiles::Outcome::Failed;
}

/// What --metrics answers: the globals, the accounts, and what `prometheus` probes write. One that fails is told as any
/// handler's error; the page is without it.
std::string Session::metrics_page() {
  drain();
  std::string page =
      metrics_of_globals(program_) +
      accounts_.metrics(program_, object_, ladder_, attachments_, errors(), suppressed_);
  page += files_.answer_of(kMetricsFile,
                           [this](const UserHandler& handler) { return run_when_asked(handler); });
  if (!page.empty() && page.back() != '\n') page += '\n';
  return page;
}

void Session::run_handlers(UserEvent event) {
  std::vector<const UserHandler*> handlers;
  for (u32 i = 0; i < program_.user_handler_count; ++i)
    if (program_.user_handlers[i].event == event) handlers.push_back(&program_.user_handlers[i]);
  std::stable_sort(handlers.begin(), handlers.end(),
                   [](auto* a, auto* b) { return a->priority < b->priority; });
  for (const UserHandler* h : handlers) {
    drain();
    next_epoch();
    run_user_handler(*h);
    // As in stap: an error or exit() in a begin probe keeps the later ones from running, an error the later end probes.
    if (event == UserEvent::Begin && exit_requested_) return;
    if (event == UserEvent::End && failed_) return;
  }
}

void Session::on_record(const void* data, size_t size) {
  const ct_rec_hdr* header = static_cast<const ct_rec_hdr*>(data);
  if (size < sizeof *header) return;
  if (header->segment == CT_REC_WATCH && size >= sizeof(ct_rec_watch))
    return attachments_.watch_process(*static_cast<const ct_rec_watch*>(data),
                                      state_->phase == CT_RUNNING);
  const bool is_part = header->segment < program_.segment_count &&
                       program_.segments[header->segment].handler == part_;
  if (is_part ? part_failed_ : !ended_runs_.allows(program_, *header)) return;
  if (header->segment == CT_REC_ERROR) {
    if (size >= sizeof(ct_rec_error))
      print_error(error_of(program_, *static_cast<const ct_rec_error*>(data)));
    return;
  }
  if (header->segment == CT_REC_USTACK && stack_hooks) return stack_hooks->record(data, size);
  if (header->segment >= program_.segment_count) return;  // CT_REC_WAKE only wakes
  const Segment& segment = program_.segments[header->segment];
  if (size < segment.size) return;
  record_ = header;
  in_segment_ = !is_part;
  u64 began = timing_.enabled() ? timing_clock() : 0;
  bool ok = run_guarded(segment.pp, is_part ? part_actions_ : program_.max_action,
                        [&] { segment.run(data, static_cast<u32>(size)); });
  if (is_part && !ok) part_failed_ = true;
  if (!is_part && !ok) ended_runs_.fail(program_, *header);
  if (take_entry_unseen()) accounts_.note_unseen(segment.handler);
  if (began) timing_.segment(header->segment, timing_clock() - began);
  in_segment_ = false;
  record_ = nullptr;
}

/// Consumes all records that are there. Returns how many.
int Session::drain() {
  next_epoch();
  if (stack_hooks) stack_hooks->look();
  return object_.drain_ring();
}

void Session::run_program(u32 handler, const s64* arguments, u32 count) {
  state_->answer.code = kNotAnswered;
  Status ran = object_.run(ladder_.rung(handler).program, arguments, count);
  if (!ran) failf("%s", ran.text().c_str());
}

/// The error that ended the program that ran last, if any, becomes the handler's.
void Session::raise_answer() {
  const ct_rec_error& answer = state_->answer;
  if (answer.code == CT_OK || answer.code == CT_ERR_NEXT) return;
  if (answer.code == kNotAnswered) failf("no scratch memory for the kernel part of the handler");
  Error error = {};
  snprintf(error.message, sizeof error.message, "%s", error_message(program_, answer).c_str());
  answer_place_ = error_place(program_, answer);
  error.near = answer_place_.empty() ? nullptr : answer_place_.c_str();
  throw error;
}

void Session::run_kernel_part(u32 handler) {
  run_program(handler, nullptr, 0);
  part_ = handler;
  part_failed_ = false;
  drain();
  part_ = kAbsent;
  if (__atomic_load_n(&state_->exit_requested, __ATOMIC_ACQUIRE)) request_exit();
  if (part_failed_) throw PartFailed();
  raise_answer();
}

void Session::ask_kernel(u32 handler, const s64* arguments, u32 count) {
  run_program(handler, arguments, count);
  raise_answer();
}

/// From now on the kernel's handlers do nothing; what they have sent is still handled.
void Session::begin_end() {
  exit_requested_ = true;
  __atomic_store_n(&state_->phase, CT_STOPPING, __ATOMIC_SEQ_CST);
}

/// exit(): the handler goes on to its end, no other begins.
void Session::request_exit() {
  if (in_segment_) ended_runs_.exit(program_, *record_);
  begin_end();
}

}  // namespace ct
