// The run of a handler that said exit() in one of its segments.
//
// It goes on to its end, and what fired after it does not run (stap: the session is stopping, and a handler that has begun ends).
// The ring may hold records of both. Records do not carry the number of a run, but a run sends its segments in the order of their
// numbers, from one thread, and the same one again only if it is sent in a loop. So the first record of that handler and thread
// that does not go forward is the next run's.
#pragma once

#include "runtime/user/harness/program.h"

namespace ct {

class LastRun {
 public:
  /// The segment that `record` brought has said exit(). Of two runs that say it, the first is the last run.
  void begin(const Program& program, const ct_rec_hdr& record);
  /// True before begin(), and then for the records of this run.
  bool allows(const Program& program, const ct_rec_hdr& record);

 private:
  enum class State { None, Running, Over } state_ = State::None;
  u32 handler_ = 0, thread_ = 0, segment_ = 0;
};

}  // namespace ct
