// Which records still count after a segment of user space has ended its run of a handler, or the session.
//
// A handler's kernel part does not wait for its segments: when one of them raises an error or says exit(), records of later segments
// of the same run may be in the ring already. After an error they are dropped, because the error ended the handler. After exit() they
// are the only ones that still count (stap: the session is stopping, and a handler that has begun goes on to its end).
//
// Records do not carry the number of a run. But a thread runs a handler to its end before it runs it again, and the first record
// of each run says so (ct_rec_hdr.is_first).
#pragma once

#include <unordered_set>

#include "runtime/user/harness/program.h"

namespace ct {

class EndedRuns {
 public:
  /// The segment that `record` brought has said exit(). Of two runs that say it, the first is the last run.
  void exit(const Program& program, const ct_rec_hdr& record);
  /// The segment that `record` brought has raised an error.
  void fail(const Program& program, const ct_rec_hdr& record);
  /// Does this record count? To be asked once for each, in the order of the ring.
  bool allows(const Program& program, const ct_rec_hdr& record);
  /// The handlers that follow are not of events: end and error probes.
  void end_last() { state_ = State::None; }

 private:
  /// A thread's run of a handler.
  using Run = u64;
  static Run run_of(u32 handler, u32 thread) { return static_cast<u64>(handler) << 32 | thread; }
  bool allows_run(const ct_rec_hdr& record, Run run);

  enum class State { None, Running, Over } state_ = State::None;
  Run last_ = 0;
  std::unordered_set<Run> failed_;
};

}  // namespace ct
