#include "last_run.h"

namespace ct {

void LastRun::begin(const Program& program, const ct_rec_hdr& record) {
  if (state_ != State::None) return;
  state_ = State::Running;
  handler_ = program.segments[record.segment].handler;
  thread_ = record.tid;
  segment_ = record.segment;
}

bool LastRun::allows(const Program& program, const ct_rec_hdr& record) {
  if (state_ == State::None || record.segment == CT_REC_USTACK) return true;
  if (state_ == State::Over || record.tid != thread_) return false;
  if (record.segment == CT_REC_ERROR) {  // the run ends with it
    if (reinterpret_cast<const ct_rec_error&>(record).handler != handler_) return false;
    state_ = State::Over;
    return true;
  }
  if (record.segment >= program.segment_count) return false;
  const Segment& segment = program.segments[record.segment];
  if (segment.handler != handler_) return false;
  if (record.segment < segment_ || (record.segment == segment_ && !segment.repeats)) {
    state_ = State::Over;
    return false;
  }
  segment_ = record.segment;
  return true;
}

}  // namespace ct
