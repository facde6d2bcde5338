#include "ended_runs.h"

namespace ct {

void EndedRuns::exit(const Program& program, const ct_rec_hdr& record) {
  if (state_ != State::None) return;
  state_ = State::Running;
  last_ = run_of(program.segments[record.segment].handler, record.tid);
}

void EndedRuns::fail(const Program& program, const ct_rec_hdr& record) {
  failed_.insert(run_of(program.segments[record.segment].handler, record.tid));
}

bool EndedRuns::allows(const Program& program, const ct_rec_hdr& record) {
  if (record.segment == CT_REC_USTACK) return true;  // what does not name it goes unseen
  if (record.segment == CT_REC_ERROR) {
    const Run run = run_of(reinterpret_cast<const ct_rec_error&>(record).handler, record.tid);
    const bool counts = allows_run(record, run);
    if (run == last_ && state_ == State::Running)
      state_ = State::Over;  // a run ends with its error
    // The kernel has counted it as an error of its own, and so it is told.
    return counts || state_ == State::None;
  }
  if (record.segment >= program.segment_count) return state_ == State::None;
  return allows_run(record, run_of(program.segments[record.segment].handler, record.tid));
}

bool EndedRuns::allows_run(const ct_rec_hdr& record, Run run) {
  if (state_ == State::Running && run == last_ && record.is_first) state_ = State::Over;
  if (state_ == State::Over || (state_ == State::Running && run != last_)) return false;
  if (failed_.empty()) return true;
  if (record.is_first) failed_.erase(run);
  return failed_.count(run) == 0;
}

}  // namespace ct
