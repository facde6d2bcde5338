// The ladder gives up way after way, and ends: whatever the kernel refuses, in whatever order.
#include "runtime/user/attach/ladder.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <vector>

namespace ct {
namespace {

constexpr Variant kEntry[] = {{"entry_fentry", Mechanism::Fentry}, {"entry", Mechanism::Kprobe}};
constexpr Variant kReturn[] = {{"return_fexit", Mechanism::Fexit},
                               {"return", Mechanism::Kretprobe}};
constexpr Variant kTrace[] = {{"trace_btf", Mechanism::TpBtf}, {"trace", Mechanism::RawTp}};
constexpr Variant kSample[] = {{"sample", Mechanism::PerfEvent}};

/// A script of `count` handlers, of which some are optional and some are companions of others.
class Script {
 public:
  Script(u32 count, std::mt19937& random) : sites_(count), handlers_(count) {
    for (u32 i = 0; i < count; ++i) {
      sites_[i].target = sites_[i].pp = "f";
      sites_[i].module = sites_[i].build_id = sites_[i].function = "";
      sites_[i].need = random() % 3 == 0 ? Need::Optional : Need::Required;
      KernelHandler& h = handlers_[i];
      h.sites = &sites_[i];
      h.site_count = 1;
      h.companion = i > 0 && random() % 4 == 0 ? random() % i : kAbsent;
      const auto kind = random() % 4;
      h.variants = kind == 0 ? kEntry : kind == 1 ? kReturn : kind == 2 ? kTrace : kSample;
      h.variant_count = kind == 3 ? 1 : 2;
    }
    program_.handlers = handlers_.data();
    program_.handler_count = count;
  }
  const Program& program() const { return program_; }

 private:
  std::vector<Site> sites_;
  std::vector<KernelHandler> handlers_;
  Program program_ = {};
};

TEST(Ladder, EveryStepLeavesFewerWays) {
  std::mt19937 random(8);
  for (int round = 0; round < 2000; ++round) {
    u32 count = 1 + random() % 8;
    Script script(count, random);
    Ladder ladder(script.program());
    for (int step = 0; step < 64; ++step) {
      u32 handler = random() % count;
      if (ladder.dropped(handler)) continue;
      size_t before = ladder.ways_left();
      const auto how = random() % 3;
      bool changed = how == 0   ? ladder.give_up(handler, "no")
                     : how == 1 ? ladder.pass_over(handler, "no")
                                : ladder.drop(handler, "no");
      EXPECT_EQ(ladder.ways_left() < before, changed);
      ASSERT_LE(ladder.ways_left(), before);
    }
  }
}

/// Handlers of one required site each.
struct Functions {
  explicit Functions(std::initializer_list<const Variant*> kinds) {
    site.target = site.pp = site.module = site.build_id = site.function = "";
    for (const Variant* kind : kinds) {
      KernelHandler h = {};
      h.sites = &site;
      h.site_count = 1;
      h.companion = kAbsent;
      h.variants = kind;
      h.variant_count = 2;
      handlers.push_back(h);
    }
    program.handlers = handlers.data();
    program.handler_count = static_cast<u32>(handlers.size());
  }
  Site site = {};
  std::vector<KernelHandler> handlers;
  Program program = {};
};

/// fentry that was refused twice goes behind kprobe elsewhere, and is still there if that fails.
TEST(Ladder, TracingThatWasRefusedElsewhereStaysTheLastResort) {
  Functions script({kEntry, kEntry, kEntry});
  Ladder ladder(script.program);
  for (u32 i = 0; i < 2; ++i) {
    // On a preemptible kernel kprobe is first anyway.
    if (ladder.rung(i).mechanism == Mechanism::Kprobe) {
      ASSERT_TRUE(ladder.pass_over(i, "no"));
    }
    ASSERT_EQ(ladder.rung(i).mechanism, Mechanism::Fentry);
    ladder.give_up(i, "refused");
  }
  EXPECT_EQ(ladder.rung(2).mechanism, Mechanism::Kprobe);
  EXPECT_TRUE(ladder.give_up(2, "no kprobes"));
  EXPECT_EQ(ladder.rung(2).mechanism, Mechanism::Fentry);
  EXPECT_FALSE(ladder.give_up(2, "refused"));
}

/// What an object lacks is no verdict of the kernel: of any number of fexits.
TEST(Ladder, WhatTheObjectLacksChangesNoOtherHandler) {
  Functions script({kEntry, kReturn, kReturn, kReturn});
  Ladder ladder(script.program);
  Mechanism first = ladder.rung(0).mechanism;
  for (u32 i = 1; i < 4; ++i) EXPECT_TRUE(ladder.pass_over(i, "not in this flavour"));
  EXPECT_EQ(ladder.rung(0).mechanism, first);
}

}  // namespace
}  // namespace ct
