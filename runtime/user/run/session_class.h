// The state of one run, and what can be done with it. Its code is in three files: session_start.cpp up to the moment when events
// are handled, session_handlers.cpp for what runs the script's code, session.cpp for the loop, the end and the rest.
#pragma once

#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ended_runs.h"
#include "metrics_server.h"
#include "runtime/common/clock.h"
#include "runtime/common/result.h"
#include "runtime/user/attach/attach.h"
#include "runtime/user/attach/kernel_object.h"
#include "runtime/user/attach/perf_counters.h"
#include "runtime/user/kernel/namespaces.h"
#include "runtime/user/output/output.h"
#include "runtime/user/tell/accounts.h"
#include "runtime/user/tell/timing.h"
#include "served_files.h"
#include "session.h"
#include "standard_input.h"
#include "target.h"
#include "timers.h"

namespace ct {

/// What an event of the session's epoll set is of.
enum Source : u64 { kRing = 1, kSignals, kTimeout, kFiles, kInput, kMetrics, kFirstTimer };

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
  std::string metrics_page();
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
  void handler_error(const Message& message);
  void report_error(const Message& message);
  void report_error(const std::string& text) { report_error(Message{.text = text}); }
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
  MetricsServer metrics_;
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

}  // namespace ct
