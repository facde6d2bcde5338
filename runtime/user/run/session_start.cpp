// How a session begins: the kernel object and what its handlers must find, the probes, the events that the session waits for.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "runtime/user/harness/user_stacks.h"
#include "runtime/user/kernel/file_limit.h"
#include "runtime/user/kernel/grace_period.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/kernel/rights.h"
#include "runtime/user/output/output.h"
#include "runtime/user/tell/refusal.h"
#include "runtime/user/values/array.h"
#include "runtime/user/values/globals.h"
#include "session_class.h"
#include "signals.h"

namespace ct {
namespace {

// Edge-triggered: a ring with something in it is not an event, that the kernel side wakes us is. Otherwise we would be called for
// every few records in a flood.
constexpr u32 kWhenWoken = EPOLLIN | EPOLLET;

}  // namespace

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
  {
    const LoadRun can_be_broken_off;
    if (Status loaded = object_.load(program_, options_, ladder_); !loaded) return loaded;
  }
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
  if (options_.lifeline_s != 0 && input_.fd() >= 0)
    return Status(
        "input.char and input.line probe standard input, which a remote run does not have");
  if (files_.fd() >= 0)
    if (Status watched = watch(files_.fd(), kFiles); !watched) return watched;
  if (metrics_.fd() >= 0)
    if (Status watched = watch(metrics_.fd(), kMetrics); !watched) return watched;
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
  // Early: a port that is taken is told at once, and who asks waits for the handlers.
  if (!options_.metrics.empty())
    if (Status opened = metrics_.open(options_.metrics); !opened) return opened;
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
  if (target_.started()) target_.wake();
  __atomic_store_n(&state_->phase, CT_RUNNING, __ATOMIC_SEQ_CST);
  // Not before: a thread that is younger than this has not run while handlers were not yet live.
  __atomic_store_n(&state_->live_since_ns, clock_ns(CLOCK_MONOTONIC), __ATOMIC_SEQ_CST);
  // Who reads what begin probes printed may rely on the handlers; and it comes before what the command prints.
  flush_output();
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

}  // namespace ct
