#include "signals.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/user/harness/harness.h"

namespace ct {

volatile int pending_interrupts = 0;

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGPIPE};
struct sigaction g_previous[sizeof kSignals / sizeof kSignals[0]];
int g_event = -1;
time_t g_first_interrupt = 0;
int g_before_handler = 0;  // interrupts that had come when the present handler began

bool g_is_loading = false;
struct sigaction g_previous_alarm;

/// SIGALRM every 10 ms after a second; 0: no more.
void set_alarms(bool on) {
  itimerval times = {};
  if (on)
    times = {.it_interval = {.tv_sec = 0, .tv_usec = 10000},
             .it_value = {.tv_sec = 1, .tv_usec = 0}};
  setitimer(ITIMER_REAL, &times, nullptr);
}

void on_alarm(int) {}

time_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec;
}

void on_signal(int signal) {
  int saved = errno;
  if (signal != SIGCHLD) {
    if (pending_interrupts == 0) g_first_interrupt = now();
    pending_interrupts = pending_interrupts + 1;
    if (pending_interrupts > 3) _exit(1);
    if (g_is_loading) set_alarms(true);
  }
  unsigned long long one = 1;
  ssize_t ignored = write(g_event, &one, sizeof one);
  (void)ignored;
  errno = saved;
}

}  // namespace

int open_signals() {
  g_event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (g_event < 0) return -1;
  for (unsigned i = 0; i < sizeof kSignals / sizeof kSignals[0]; ++i) {
    struct sigaction action = {};
    action.sa_handler = kSignals[i] == SIGPIPE ? SIG_IGN : on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(kSignals[i], &action, &g_previous[i]);
  }
  return g_event;
}

void clear_signals() {
  unsigned long long count;
  ssize_t ignored = read(g_event, &count, sizeof count);
  (void)ignored;
}

void restore_signals_in_child() {
  for (unsigned i = 0; i < sizeof kSignals / sizeof kSignals[0]; ++i)
    sigaction(kSignals[i], &g_previous[i], nullptr);
}

void close_signals() {
  restore_signals_in_child();
  if (g_event >= 0) close(g_event);
  g_event = -1;
}

int interrupt_count() { return pending_interrupts; }

LoadRun::LoadRun() {
  struct sigaction action = {};
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, &g_previous_alarm);
  g_is_loading = true;
  if (pending_interrupts != 0) set_alarms(true);
}
LoadRun::~LoadRun() {
  g_is_loading = false;
  set_alarms(false);
  sigaction(SIGALRM, &g_previous_alarm, nullptr);
}

HandlerRun::HandlerRun() : outer_(g_before_handler) { g_before_handler = pending_interrupts; }
HandlerRun::~HandlerRun() { g_before_handler = outer_; }

/// Called by loops once a signal has come. A handler that the first one met gets two seconds to end by itself, for most
/// loops do; an impatient second Ctrl-C breaks it off at once.
void interrupted() {
  if (pending_interrupts == g_before_handler) return;
  if (pending_interrupts > 1 || now() - g_first_interrupt >= 2) throw Interrupted();
}

}  // namespace ct
