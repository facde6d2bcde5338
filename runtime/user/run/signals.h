// Ctrl-C and its relatives: the first asks for an orderly end (end probes run, results are
// printed), the second breaks off a user-side handler that does not end, the third kills.
#pragma once

namespace ct {

/// Takes over SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGCHLD; ignores SIGPIPE. Returns a descriptor
/// that becomes readable when one of them arrives, or -1.
int open_signals();
/// Empties that descriptor.
void clear_signals();
/// Gives the signals back to the handlers from before open_signals().
void close_signals();
/// Undoes open_signals in a child, before exec.
void restore_signals_in_child();
/// How many requests to end have come.
int interrupt_count();

/// Lives while the kernel loads programs. Its verifier may look at one for a minute. A signal ends that with EAGAIN, but libbpf begins
/// anew, several times. So who asks to end is given a second, and then further signals come, until libbpf gives up.
class LoadRun {
 public:
  LoadRun();
  ~LoadRun();
  LoadRun(const LoadRun&) = delete;
  LoadRun& operator=(const LoadRun&) = delete;
};

/// Thrown out of a handler that was broken off.
struct Interrupted {};

/// Lives while a handler runs. What had come before it began does not break it off: an end probe has the time that its
/// report takes, however long ago the interrupt was that ended the session.
class HandlerRun {
 public:
  HandlerRun();
  ~HandlerRun();
  HandlerRun(const HandlerRun&) = delete;
  HandlerRun& operator=(const HandlerRun&) = delete;

 private:
  int outer_;
};

}  // namespace ct
