// Which records belong to the run that said exit().
#include "runtime/user/run/last_run.h"

#include <gtest/gtest.h>

#include <vector>

namespace ct {
namespace {

class LastRuns : public testing::Test {
 protected:
  LastRuns() {
    for (u32 i = 0; i < 6; ++i) {
      segments_[i].handler = i < 4 ? 7 : 8;
      segments_[i].repeats = i == 2;
    }
    program_.segments = segments_;
    program_.segment_count = 6;
  }
  static ct_rec_hdr record(u32 segment, u32 thread = 1) {
    ct_rec_hdr header = {};
    header.segment = segment;
    header.tid = thread;
    return header;
  }
  /// Of the segments that thread 1 sends after segment `from` said exit(), those that are let through.
  std::vector<u32> allowed(u32 from, const std::vector<u32>& sent) {
    LastRun run;
    run.begin(program_, record(from));
    std::vector<u32> through;
    for (u32 segment : sent)
      if (run.allows(program_, record(segment))) through.push_back(segment);
    return through;
  }

  Segment segments_[6] = {};
  Program program_ = {};
};

using Segments = std::vector<u32>;

TEST_F(LastRuns, EverythingBeforeOneBegins) {
  LastRun run;
  EXPECT_TRUE(run.allows(program_, record(0)));
  EXPECT_TRUE(run.allows(program_, record(4, 9)));
}

TEST_F(LastRuns, GoForward) {
  EXPECT_EQ(allowed(0, {1, 3, 0, 1, 2, 3}), (Segments{1, 3}));
  EXPECT_EQ(allowed(0, {0, 1}), Segments{});
  EXPECT_EQ(allowed(1, {3, 3, 3}), Segments{3});
}

TEST_F(LastRuns, RepeatWhatIsSentInALoop) {
  EXPECT_EQ(allowed(1, {2, 2, 2, 3, 2}), (Segments{2, 2, 2, 3}));
  EXPECT_EQ(allowed(2, {2, 3}), (Segments{2, 3}));
}

TEST_F(LastRuns, AreOfOneHandlerAndThread) {
  EXPECT_EQ(allowed(0, {4, 5, 1}), Segments{1});
  LastRun run;
  run.begin(program_, record(0, 1));
  EXPECT_FALSE(run.allows(program_, record(1, 2)));
  EXPECT_TRUE(run.allows(program_, record(1, 1)));
  run.begin(program_, record(0, 2));  // that run says exit(), too: too late
  EXPECT_FALSE(run.allows(program_, record(2, 2)));
}

TEST_F(LastRuns, EndWithTheirError) {
  ct_rec_error error = {};
  error.hdr = record(CT_REC_ERROR);
  error.handler = 8;
  LastRun run;
  run.begin(program_, record(0));
  EXPECT_FALSE(run.allows(program_, error.hdr));
  error.handler = 7;
  EXPECT_TRUE(run.allows(program_, error.hdr));
  EXPECT_FALSE(run.allows(program_, record(1)));
}

}  // namespace
}  // namespace ct
