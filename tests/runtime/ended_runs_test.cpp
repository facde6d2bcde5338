// Which records count after a run of a handler has said exit() or has raised an error.
#include "runtime/user/run/ended_runs.h"

#include <gtest/gtest.h>

namespace ct {
namespace {

constexpr bool kFirst = true;

class EndedRun : public testing::Test {
 protected:
  EndedRun() {
    for (u32 i = 0; i < 6; ++i) segments_[i].handler = i < 4 ? 7 : 8;
    program_.segments = segments_;
    program_.segment_count = 6;
  }
  static ct_rec_hdr record(u32 segment, bool is_first = false, u32 thread = 1) {
    ct_rec_hdr header = {};
    header.segment = segment;
    header.is_first = is_first;
    header.tid = thread;
    return header;
  }
  static ct_rec_error error(u32 handler, bool is_first = false) {
    ct_rec_error error = {};
    error.hdr = record(CT_REC_ERROR, is_first);
    error.handler = handler;
    return error;
  }
  bool allows(const ct_rec_hdr& header) { return runs_.allows(program_, header); }

  Segment segments_[6] = {};
  Program program_ = {};
  EndedRuns runs_;
};

TEST_F(EndedRun, EverythingCountsBeforeOneEnds) {
  EXPECT_TRUE(allows(record(0, kFirst)));
  EXPECT_TRUE(allows(record(4, kFirst, 9)));
  EXPECT_TRUE(allows(record(CT_REC_WAKE)));
  EXPECT_TRUE(allows(error(7).hdr));
}

TEST_F(EndedRun, TheRunThatSaysExitGoesOn) {
  runs_.exit(program_, record(1));
  EXPECT_TRUE(allows(record(3)));
  EXPECT_TRUE(allows(record(2)));             // of a loop
  EXPECT_FALSE(allows(record(5)));            // another handler's
  EXPECT_FALSE(allows(record(2, false, 2)));  // another thread's
  EXPECT_FALSE(allows(record(CT_REC_WAKE)));
  EXPECT_TRUE(allows(record(CT_REC_USTACK)));
  EXPECT_FALSE(allows(record(3, kFirst)));  // the next run, although its segment is a later one
  EXPECT_FALSE(allows(record(3)));
}

TEST_F(EndedRun, TheFirstToSayExitIsTheLast) {
  runs_.exit(program_, record(0));
  runs_.exit(program_, record(0, kFirst, 2));
  EXPECT_FALSE(allows(record(1, false, 2)));
  EXPECT_TRUE(allows(record(1)));
  runs_.end_last();
  EXPECT_TRUE(allows(record(1, false, 2)));
}

TEST_F(EndedRun, TheLastRunEndsWithItsError) {
  runs_.exit(program_, record(0));
  EXPECT_FALSE(allows(error(8).hdr));
  EXPECT_TRUE(allows(error(7).hdr));
  EXPECT_FALSE(allows(record(1)));
}

TEST_F(EndedRun, WhatFollowsAnErrorInItsRunDoesNotCount) {
  runs_.fail(program_, record(1, kFirst));
  EXPECT_FALSE(allows(record(2)));
  EXPECT_FALSE(allows(record(1)));
  EXPECT_TRUE(allows(record(2, false, 2)));
  EXPECT_TRUE(allows(record(4)));
  EXPECT_TRUE(allows(error(7).hdr));       // the kernel has counted it
  EXPECT_TRUE(allows(record(2, kFirst)));  // the next run
  EXPECT_TRUE(allows(record(3)));
}

TEST_F(EndedRun, ARunWhoseFirstRecordIsAnErrorIsAnother) {
  runs_.fail(program_, record(1));
  EXPECT_TRUE(allows(error(7, kFirst).hdr));
  EXPECT_TRUE(allows(record(2)));
}

TEST_F(EndedRun, AnErrorAfterExitEndsTheLastRun) {
  runs_.exit(program_, record(0));
  runs_.fail(program_, record(0));
  EXPECT_FALSE(allows(record(1)));
}

}  // namespace
}  // namespace ct
