// One run of a script. The order of things:
//
//   signals, target forked and held ─ kernel object loaded ─ globals set ─ probes attached
//   (handlers return at once: phase STARTING) ─ begin probes ─ phase RUNNING, target let go, timers
//   start ─ events until exit ─ phase STOPPING ─ records drained ─ probes detached in reverse ─
//   end probes (error probes after too many errors) ─ display of globals ─ accounts.
//
// Attachment is all or nothing, and before any script code runs: a script that cannot have its
// probes prints nothing but the reason. Every user-side handler runs after the records that the
// kernel produced before it, so output is in order.
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "runtime/user/harness/user_stacks.h"
#include "runtime/user/kernel/grace_period.h"
#include "runtime/user/output/output.h"
#include "runtime/user/values/current_program.h"
#include "runtime/user/values/globals.h"
#include "session_class.h"
#include "signals.h"

namespace ct {
namespace {

Session* g_session = nullptr;

// A wake-up costs the probed program more than the record does: the kernel side leaves us alone
// until this much is in the ring, and we look by ourselves so often (ms) that nobody waits long.
constexpr u64 kWakeBytes = 65536;
constexpr int kLookEvery = 50;
// Who is awake needs no waking. Without this, each record would cost a wake-up while we are behind.
constexpr u64 kDoNotWake = 1ull << 62;
// Stacks fill the ring, which is larger then, sooner.
constexpr u64 kWakeBytesOfStacks = 512 << 10;

u64 wake_bytes() { return stack_hooks ? kWakeBytesOfStacks : kWakeBytes; }

// How long the end waits for handlers that wait for a page of the probed program.
constexpr unsigned kPatienceMs = 5000;

}  // namespace

void Session::on_signal() {
  clear_signals();
  if (interrupt_count() > 0) request_exit();
  if (target_.started() && target_.ended()) request_exit();
}

/// Asked while output is blocked, when nobody looks at events. The end of the session's time or of
/// its command stops the probes, and the output then waits for its reader; a signal does not wait.
bool Session::is_waiting_over() {
  pollfd timeout = {timeout_fd_, POLLIN, 0};
  bool time_is_up = timeout_fd_ >= 0 && poll(&timeout, 1, 0) == 1;
  if (time_is_up || interrupt_count() > 0 || (target_.started() && target_.ended())) begin_end();
  return interrupt_count() > 0;
}

void Session::on_input() {
  if (!input_.take([this](const UserHandler& handler) { run_when_asked(handler); }))
    epoll_ctl(epoll_, EPOLL_CTL_DEL, input_.fd(), nullptr);
}

void Session::on_event(u64 source) {
  if (source == kRing) {
    drain();
  } else if (source == kSignals) {
    on_signal();
  } else if (source == kTimeout) {
    request_exit();
  } else if (source == kFiles) {
    files_.serve([this](const UserHandler& handler) { return run_when_asked(handler); });
  } else if (source == kInput) {
    on_input();
  } else if (source == kMetrics) {
    metrics_.serve([this] { return metrics_page(); });
  } else if (timers_.expired(source - kFirstTimer)) {
    run_when_asked(timers_.handler(source - kFirstTimer));
  }
}

void Session::loop() {
  bool is_quiet = true;
  while (!exit_requested_) {
    flush_output();
    state_->realtime_offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
    epoll_event events[16];
    // What came since the last look waits at most until the next, or for so much that it wakes us.
    // If nothing came for a while, the next record wakes us, so that a rare event is told at once.
    state_->wake_bytes = is_quiet ? 1 : wake_bytes();
    int n = epoll_wait(epoll_, events, 16, object_.ring_fd() >= 0 ? kLookEvery : -1);
    state_->wake_bytes = kDoNotWake;
    is_quiet = n == 0 && drain() == 0;
    for (int i = 0; i < n && !exit_requested_; ++i) on_event(events[i].data.u64);
    if (__atomic_load_n(&state_->exit_requested, __ATOMIC_ACQUIRE)) request_exit();
    if (errors() > static_cast<u64>(state_->max_errors)) {
      failed_ = true;
      request_exit();
    }
    if (too_many_skipped()) request_exit();
  }
}

/// More skipped events than MAXSKIPPED: the kernel side has stopped by itself.
bool Session::too_many_skipped() const {
  return __atomic_load_n(&state_->skipped, __ATOMIC_ACQUIRE) >
         static_cast<u64>(program_.max_skipped);
}

void Session::report_target() {
  if (!target_.ended() || target_reported_) return;
  int status = target_.status();
  if (WIFSIGNALED(status))
    print_warning("Child process exited with signal " + std::to_string(WTERMSIG(status)) + " (" +
                  strsignal(WTERMSIG(status)) + ")");
  else if (WEXITSTATUS(status) != 0)
    print_warning("Child process exited with status " + std::to_string(WEXITSTATUS(status)));
  else
    return;
  target_reported_ = true;
}

void Session::stop() {
  files_.close();
  input_.close();
  metrics_.close();
  __atomic_store_n(&state_->phase, CT_STOPPING, __ATOMIC_SEQ_CST);
  flush_output();  // detaching takes the kernel up to 100 ms: nobody should wait that long to read
  u64 waiting = object_.loaded() ? wait_for_programs(kPatienceMs) : 0;
  if (waiting != 0)
    print_warning(std::to_string(waiting) +
                  " probe handlers still wait for memory of the probed program; what they would "
                  "have reported is lost");
  drain();
  if (state_->unwatched != 0)
    print_warning("the data of " + std::to_string(state_->unwatched) +
                  " processes was not watched: the ring buffer was full (-s makes it larger)");
  ended_runs_.end_last();  // what comes now is of end and error probes
  if (object_.loaded()) {
    accounts_.end(program_, object_, ladder_, attachments_);
  }
  attachments_.detach();
  if (errors() > static_cast<u64>(state_->max_errors)) failed_ = true;
  if (too_many_skipped()) {
    report_error(
        "Skipped too many probes, check MAXSKIPPED or try again with stap -t for more details.");
    failed_ = true;
  }
  if (!failed_) run_handlers(UserEvent::End);
  if (failed_) {  // before, or in an end probe
    run_handlers(UserEvent::Error);
  } else {
    begin_prints("end", now_ns());
    display_globals(program_);
  }
  if (object_.loaded()) {
    timing_.read(program_, object_, ladder_);
    accounts_.end_of_parts(program_, object_, ladder_);
  }
  flush_output();
}

Ending Session::run() {
  try {
    return run_all();
  } catch (const std::bad_alloc&) {
    report_no_memory();
    close_signals();
    return Ending::Failed;
  }
}

Ending Session::run_all() {
  if (Status started = start(); !started) {
    files_.close();
    input_.close();
    metrics_.close();
    print_error(started.text());
    close_signals();
    return Ending::Failed;
  }
  if (background_ready) background_ready();
  run_handlers(UserEvent::Begin);
  if (!exit_requested_) {
    go_live();
    loop();
  }
  stop();
  report_target();
  timing_.report(program_);
  accounts_.report(program_, errors(), suppressed_, options_.timing);
  if (!options_.accounts_path.empty()) {
    Status written =
        accounts_.write(options_.accounts_path.c_str(), program_, errors(), suppressed_);
    if (!written) report_error(written.text());
  }
  if (output_is_json()) put_object(accounts_.json(program_, errors(), suppressed_, " "));
  flush_output();
  set_output_watch({});
  close_signals();
  if (errors() != 0 || output_failed()) return Ending::Failed;
  const bool target_failed = target_.started() && target_.ended() && target_.status() != 0;
  return target_failed || target_reported_ ? Ending::CommandFailed : Ending::Done;
}

namespace {

/// The program with the limits that the command line sets.
Program with_limits(const Program& program, const RunOptions& options) {
  Program changed = program;
  // As in SystemTap: "many errors and skipped probes may be accumulated".
  if (program.suppress_errors) changed.max_skipped = INT64_MAX;
  for (const auto& [name, value] : options.limits) {
    if (name == "MAXMAPENTRIES" && value > 0) changed.max_map_entries = static_cast<u32>(value);
    if (name == "MAXNESTING") changed.max_nesting = static_cast<u32>(value);
    if (name == "MAXACTION") changed.max_action = value;
    if (name == "MAXERRORS") changed.max_errors = value;
    if (name == "MAXSKIPPED") changed.max_skipped = value;
  }
  return changed;
}

}  // namespace

const StackHooks* stack_hooks = nullptr;

Ending run(const Program& program, const RunOptions& options) {
  Program effective = with_limits(program, options);
  Session session(effective, options);
  g_session = &session;
  set_current_program(effective);
  if (options.output_json) set_output_to_json();
  Background background;
  if (options.background) {
    if (!background.begin()) return background.status() == 0 ? Ending::Done : Ending::Failed;
    session.background_ready = [&] { background.ready(output_descriptor()); };
  }
  const Ending ending = session.run();
  // What remains to be done, and said about a failure, is the old process's part.
  if (options.background) _exit(exit_status(ending));
  g_session = nullptr;
  return ending;
}

int check_load(const Program& program, const RunOptions& options) {
  Program effective = with_limits(program, options);
  KernelObject object;
  Status loaded;
  Ladder ladder(effective);
  if (effective.handler_count != 0) loaded = object.load(effective, options, ladder);
  if (!loaded) {
    print_error(loaded.text());
    return 1;
  }
  for (const std::string& refusal : object.left_out()) print_error(refusal);
  if (!object.left_out().empty()) return 1;
  std::string flavour = !object.loaded() ? "nothing to load" : object.is_base() ? "base" : "modern";
  std::string line = "loads: " + flavour + "\n";
  put(output(), {line.data(), static_cast<u32>(line.size())});
  flush_output();
  return output_failed() ? 1 : 0;
}

void request_exit() {
  if (g_session) g_session->request_exit();
}
void run_kernel_part(u32 handler) { g_session->run_kernel_part(handler); }
void ask_kernel(u32 handler, const s64* arguments, u32 count) {
  g_session->ask_kernel(handler, arguments, count);
}
s64 id_in_namespace(s64 id, bool is_group) {
  return g_session->namespaces().translate(id, is_group);
}
s64 target_pid() { return g_session->target_pid_in_kernel(); }
const char* session_name() { return g_session->name().c_str(); }
const char* probe_type() { return g_session->probe_type(); }
const char* probe_point() { return g_session->probe_point(); }
const ct_rec_hdr* current_record() { return g_session->record(); }

}  // namespace ct
