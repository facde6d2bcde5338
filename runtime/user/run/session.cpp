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
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <new>

#include "background.h"
#include "ended_runs.h"
#include "runtime/user/attach/attach.h"
#include "runtime/user/attach/kernel_object.h"
#include "runtime/user/attach/perf_counters.h"
#include "runtime/user/harness/user_stacks.h"
#include "runtime/user/kernel/file_limit.h"
#include "runtime/user/kernel/grace_period.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/kernel/namespaces.h"
#include "runtime/user/kernel/rights.h"
#include "runtime/user/output/output.h"
#include "runtime/user/tell/accounts.h"
#include "runtime/user/tell/refusal.h"
#include "runtime/user/tell/timing.h"
#include "runtime/user/values/array.h"
#include "runtime/user/values/current_program.h"
#include "runtime/user/values/globals.h"
#include "runtime/user/values/report.h"
#include "served_files.h"
#include "signals.h"
#include "standard_input.h"
#include "target.h"
#include "timers.h"

namespace ct {
namespace {

s64 clock_ns(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

class Session {
 public:
  Session(const Program& program, const RunOptions& options)
      : program_(program), options_(options), ladder_(program) {}
  Ending run();
  void request_exit();
  std::function<void()> background_ready;  ///< called when the probes are attached

  s64 target_pid() const { return target_.started() ? target_.pid() : options_.target_pid; }
  /// As BPF programs number it, and pid() of a script: another number in a pid namespace.
  s64 target_pid_in_kernel() const {
    return target_.started() ? target_.pid_in_kernel() : options_.target_pid;
  }
  const std::string& name() const { return name_; }
  const TargetNamespaces& namespaces() const { return namespaces_; }
  const char* probe_point() const { return probe_point_; }
  const ct_rec_hdr* record() const { return record_; }
  const char* probe_type() const;
  void run_kernel_part(u32 handler);
  void ask_kernel(u32 handler, const s64* arguments, u32 count);

 private:
  /// Less than what malloc() takes from the system as a mapping of its own.
  static constexpr size_t kReserve = 100 << 10;

  Ending run_all();
  Status start();
  Status start_kernel_part();
  Status load_kernel_part();
  void warn_of_base() const;
  void tell_attachments() const;
  void warn_of_namespace() const;
  Status open_events();
  Status open_files();
  void go_live();
  void loop();
  void stop();
  void on_event(u64 source);
  void on_signal();
  void on_input();
  bool is_waiting_over();
  void begin_end();
  void on_record(const void* data, size_t size);
  int drain();
  s64 actions_of(UserEvent event) const;
  void run_program(u32 handler, const s64* arguments, u32 count);
  void raise_answer();
  void run_handlers(UserEvent event);
  bool run_user_handler(const UserHandler& handler);
  ServedFiles::Outcome run_when_asked(const UserHandler& handler);
  template <typename Run>
  bool run_guarded(const char* pp, s64 actions, Run&& run);
  void handler_error(const std::string& text);
  void report_error(const std::string& text);
  void report_no_memory();
  void report_target();
  u64 errors() const { return state_->error_count; }
  bool too_many_skipped() const;
  Status watch(int fd, u64 source, u32 when = EPOLLIN);

  const Program& program_;
  const RunOptions& options_;
  Target target_;
  Ladder ladder_;
  KernelObject object_;
  Attachments attachments_;
  PerfCounters perf_counters_;
  Accounts accounts_;
  Timing timing_;
  Timers timers_;
  ServedFiles files_;
  StandardInput input_;
  std::string name_;
  std::unique_ptr<char[]> reserve_ = std::make_unique<char[]>(kReserve);
  ct_state own_state_ = {};  ///< when there is no kernel object
  ct_state* state_ = &own_state_;
  std::vector<u64> own_globals_;
  int epoll_ = -1, timeout_fd_ = -1;
  bool exit_requested_ = false, in_segment_ = false;
  EndedRuns ended_runs_;
  bool failed_ = false;  ///< too many errors: error probes instead of end probes
  bool target_reported_ = false;
  u64 suppressed_ = 0;  ///< errors of user-side code that --suppress-handler-errors keeps quiet
  const char* probe_point_ = "";
  TargetNamespaces namespaces_;
  UserEvent event_ = UserEvent::Begin;  ///< of the user-side handler that runs, or ran last
  const ct_rec_hdr* record_ = nullptr;
  /// The kernel handler whose segments belong to the user-side handler that runs now.
  u32 part_ = kAbsent;
  s64 part_actions_ = 0;      ///< statements that each of them may run
  bool part_failed_ = false;  ///< one raised an error: the handler is over
  std::string answer_place_;
};

Session* g_session = nullptr;

constexpr char kNoMemory[] =
    "ERROR: there is not enough memory (ulimit -v, or the machine's own); the session ends\n";

// A wake-up costs the probed program more than the record does: the kernel side leaves us alone
// until this much is in the ring, and we look by ourselves so often (ms) that nobody waits long.
constexpr u64 kWakeBytes = 65536;
constexpr int kLookEvery = 50;
// Edge-triggered: a ring with something in it is not an event, that the kernel side wakes us is. Otherwise we would be called for
// every few records in a flood.
constexpr u32 kWhenWoken = EPOLLIN | EPOLLET;
// Who is awake needs no waking. Without this, each record would cost a wake-up while we are behind.
constexpr u64 kDoNotWake = 1ull << 62;
// Stacks fill the ring, which is larger then, sooner.
constexpr u64 kWakeBytesOfStacks = 512 << 10;

u64 wake_bytes() { return stack_hooks ? kWakeBytesOfStacks : kWakeBytes; }

// The answer of a program of which none has come: ct_skip() ended it.
constexpr u32 kNotAnswered = ~0u;

// How long the end waits for handlers that wait for a page of the probed program.
constexpr unsigned kPatienceMs = 5000;

enum Source : u64 { kRing = 1, kSignals, kTimeout, kFiles, kInput, kFirstTimer };

// ------------------------------------------------------------------ running script code

/// A segment of the present handler has raised an error, which is told.
struct PartFailed {};

/// An error that ended user-side code of a probe.
void Session::handler_error(const std::string& text) {
  if (program_.suppress_errors)
    ++suppressed_;
  else
    report_error(text);
}

/// Small allocations may have taken all there was: what the session keeps back lets the end probes run.
void Session::report_no_memory() {
  reserve_.reset();
  flush_output();
  if (write(STDERR_FILENO, kNoMemory, sizeof kNoMemory - 1) < 0) failed_ = true;
  __atomic_add_fetch(&state_->error_count, 1, __ATOMIC_RELAXED);
  request_exit();
}

void Session::report_error(const std::string& text) {
  print_error(text);
  __atomic_add_fetch(&state_->error_count, 1, __ATOMIC_RELAXED);
}

/// Runs user-side code: catches what it raises, and ends the session after MAXERRORS. Errors of
/// kernel code that were counted meanwhile are loop()'s affair: what was sent before them still runs.
/// It may run so many statements. False: it raised an error.
template <typename Run>
bool Session::run_guarded(const char* pp, s64 actions, Run&& run) {
  probe_point_ = pp;
  actions_left = actions;
  bool raised = true;
  try {
    run();
    raised = false;
  } catch (const Error& e) {
    std::string text = e.message;
    if (e.near) text += std::string(" near ") + e.near;
    handler_error(text);
  } catch (const NextHandler&) {
    raised = false;
  } catch (const PartFailed&) {
  } catch (const Interrupted&) {
    report_error(std::string("probe ") + pp + " was interrupted");
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
    // An error or exit() in one begin probe keeps the later ones from running, as in stap.
    if (event == UserEvent::Begin && exit_requested_) return;
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
      print_error(describe_error(program_, *static_cast<const ct_rec_error*>(data)));
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

// ------------------------------------------------------------------ start

Status Session::start_kernel_part() {
  if (program_.handler_count == 0) {
    own_globals_.resize(program_.shared_size / sizeof(u64) + 1);
    return set_scalars(program_, reinterpret_cast<char*>(own_globals_.data()), options_.globals);
  }
  make_room_for_files(files_of_probes(program_));
  for (;;) {
    Status status = load_kernel_part();
    size_t ways = ladder_.ways_left();
    if (status) status = attachments_.attach(program_, object_, ladder_);
    if (status) warn_of_base();
    drain();  // processes that began meanwhile wait for their debug registers
    if (status.category() != Failure::AnotherWay) return status;
    if (ladder_.ways_left() >= ways) return nothing_given_up(status);
  }
}

/// What is less exact in the base flavour, on a machine where it may show.
void Session::warn_of_base() const {
  if (!object_.is_base() || possible_cpus() < 2) return;
  for (u32 i = 0; i < program_.base_loss_count; ++i) print_warning(program_.base_losses[i]);
}

/// Loads the object and gives it what handlers must find there.
Status Session::load_kernel_part() {
  if (Status loaded = object_.load(program_, options_, ladder_); !loaded) return loaded;
  state_ = object_.state();
  watch_sleepers(object_.map_fd("ct_sleepers"), state_);
  state_->max_errors = program_.max_errors;
  state_->suppress_errors = program_.suppress_errors;
  state_->max_skipped = program_.max_skipped;
  if (getrandom(state_->hash_seed, sizeof state_->hash_seed, 0) != sizeof state_->hash_seed)
    return Status::of_errno(errno, "no random numbers: ");
  state_->wake_bytes = 1;  // the first record
  state_->timing = options_.timing;
  state_->target_pid = target_pid_in_kernel();
  state_->pid_namespace = namespaces_.pid_namespace();
  state_->session_start_ns = clock_ns(CLOCK_MONOTONIC);
  state_->has_command = target_.started();
  state_->live_since_ns = ~0ull;
  state_->realtime_offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
  if (Status found = object_.find_programs(program_); !found) return found;
  char* globals = object_.globals();
  if (!globals && program_.shared_size != 0) return Status("the kernel object has no ct_globals");
  if (Status set = set_scalars(program_, globals, options_.globals); !set) return set;
  if (Status connected = object_.connect_arrays(program_); !connected) return connected;
  if (Status opened = perf_counters_.open(program_, object_, target_pid(), target_.started());
      !opened)
    return opened;
  return object_.open_ring([this](const void* data, size_t size) { on_record(data, size); });
}

namespace {

/// Where the returns of each function were probed, and why there.
void tell_placements(const KernelHandler& handler) {
  std::string before;
  for (u32 i = 0; i < handler.site_count; ++i) {
    const Site& site = handler.sites[i];
    std::string note = std::string(site.pp) + " is placed " + site.placement;
    if (site.placement[0] != '\0' && note != before) print_note(note);
    before = note;
  }
}

}  // namespace

/// -vv: how each probe point was attached, and why not better.
void Session::tell_attachments() const {
  for (u32 i = 0; i < program_.handler_count; ++i) {
    const KernelHandler& h = program_.handlers[i];
    std::string more = h.site_count > 1 ? " and " + std::to_string(h.site_count - 1) + " more" : "";
    print_note("probe " + std::string(h.sites[0].pp) + more + ": " + ladder_.story(i));
    tell_placements(h);
  }
  for (const Unattached& u : attachments_.unattached())
    print_note(std::string("skipped ") + (u.site->need == Need::Optional ? "optional " : "") +
               "probe " + u.site->pp + ": " + u.why);
}

/// A command asks the kernel for its own number before it begins. Nobody asks for another process.
void Session::warn_of_namespace() const {
  if (target_pid() == 0 || !is_in_pid_namespace()) return;
  if (!target_.started() || target_.pid_in_kernel() < 0)
    print_warning(
        "this is a pid namespace (a container?), and the kernel does not tell which number "
        "process " +
        std::to_string(target_pid()) + " has outside it: pid() is never target()");
}

Status Session::watch(int fd, u64 source, u32 when) {
  epoll_event event = {};
  event.events = when;
  event.data.u64 = source;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0) return {};
  return Status::of_errno(errno, "cannot wait for events: ");
}

Status Session::open_events() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return Status::of_errno(errno, "cannot wait for events: ");
  if (Status watched = watch(open_signals(), kSignals); !watched) return watched;
  if (Status opened = timers_.open(program_); !opened) return opened;
  if (options_.timeout_s != 0) {
    timeout_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (timeout_fd_ < 0) return Status::of_errno(errno, "cannot make a timer: ");
    if (Status watched = watch(timeout_fd_, kTimeout); !watched) return watched;
  }
  for (size_t i = 0; i < timers_.size(); ++i)
    if (Status watched = watch(timers_.fd(i), kFirstTimer + i); !watched) return watched;
  return {};
}

/// What the script asks the user for: files and standard input.
Status Session::open_files() {
  name_ = options_.name.empty() ? "stap_" + std::to_string(getpid()) : options_.name;
  if (Status opened = files_.open(program_, name_); !opened) return opened;
  if (Status opened = input_.open(program_); !opened) return opened;
  if (files_.fd() >= 0)
    if (Status watched = watch(files_.fd(), kFiles); !watched) return watched;
  return input_.fd() < 0 ? Status() : watch(input_.fd(), kInput);
}

Status Session::start() {
  if (program_.abi != kProgramAbi)
    return Status("the script was compiled for another coretap runtime");
  create_arrays(program_, program_.max_map_entries);
  state_->max_errors = program_.max_errors;
  if (options_.no_warnings) silence_warnings();
  if (options_.verbose > 1) repeat_warnings();
  if (options_.timing) timing_.enable(program_);
  if (!options_.output_path.empty())
    if (Status opened = open_output(options_.output_path.c_str(), options_.file_mb * 1048576ull,
                                    options_.file_count);
        !opened)
      return opened;
  if (Status opened = open_events(); !opened) return opened;
  set_output_watch([this] { return is_waiting_over(); });
  if (stack_hooks) stack_hooks->begin();
  if (options_.target_pid && kill(static_cast<pid_t>(options_.target_pid), 0) != 0 &&
      errno == ESRCH)
    return Status("there is no process " + std::to_string(options_.target_pid) + " (-x)");
  if (Status read = namespaces_.read(options_.namespaces_of); !read) return read;
  if (!options_.command.empty())
    if (Status started = target_.start(options_.command); !started) return started;
  if (Status started = start_kernel_part(); !started)
    return explain_refusal(program_, started, options_.verbose > 0);
  if (Status opened = open_files(); !opened) return opened;
  warn_of_gaps(program_, attachments_.unattached());
  warn_of_namespace();
  if (options_.verbose) tell_attachments();
  if (object_.ring_fd() >= 0)
    if (Status watched = watch(object_.ring_fd(), kRing, kWhenWoken); !watched) return watched;
  return {};
}

void Session::go_live() {
  drain();  // of processes whose data is to be watched
  if (object_.loaded()) accounts_.begin(program_, object_, ladder_, attachments_);
  __atomic_store_n(&state_->phase, CT_RUNNING, __ATOMIC_SEQ_CST);
  // Not before: a thread that is younger than this has not run while handlers were not yet live.
  __atomic_store_n(&state_->live_since_ns, clock_ns(CLOCK_MONOTONIC), __ATOMIC_SEQ_CST);
  flush_output();  // what begin probes printed comes before what the command prints
  if (target_.started()) {
    share_output_with_command();
    if (Status gone = target_.go(); !gone) {
      report_error("cannot run -c command '" + options_.command + "': " + gone.text());
      target_reported_ = true;
      request_exit();
    }
  }
  timers_.start();
  if (timeout_fd_ >= 0) {
    itimerspec spec = {};
    spec.it_value.tv_sec = options_.timeout_s;
    timerfd_settime(timeout_fd_, 0, &spec, nullptr);
  }
}

// ------------------------------------------------------------------ events

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
  if (failed_) {
    run_handlers(UserEvent::Error);
  } else {
    run_handlers(UserEvent::End);
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
  if (std::string hits = timing_.report(program_); !hits.empty())
    put(output(), {hits.data(), static_cast<u32>(hits.size())});
  accounts_.report(program_, errors(), suppressed_, options_.timing);
  if (!options_.accounts_path.empty()) {
    Status written =
        accounts_.write(options_.accounts_path.c_str(), program_, errors(), suppressed_);
    if (!written) report_error(written.text());
  }
  flush_output();
  set_output_watch({});
  close_signals();
  if (errors() != 0 || output_failed()) return Ending::Failed;
  const bool target_failed = target_.started() && target_.ended() && target_.status() != 0;
  return target_failed || target_reported_ ? Ending::CommandFailed : Ending::Done;
}

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
