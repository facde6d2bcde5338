// What the live tests of the kernel emitter share: the functions that are probed, the skip, and
// the short way to say "probe, call, look".
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "live_object.h"
#include "module_builder.h"

extern "C" {
/// Probed functions of the test program (live_targets.cpp).
int64_t ct_target(int64_t a, int64_t b);
int64_t ct_target_text(const char* text);
int64_t ct_target_other(int64_t a);
}

namespace coretap::test {

class Live : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string why = cannot_run_live();
    if (!why.empty()) GTEST_SKIP() << "LIVE TESTS SKIPPED: " << why;
  }
};

/// For what base has no way to say: base_obstacles() must know it.
class LiveModern : public Live {
 protected:
  void SetUp() override {
    Live::SetUp();
    if (tested_flavour() == Flavour::Base) GTEST_SKIP() << "not in the base flavour";
  }
};

inline std::string raw(int64_t value) { return std::string(reinterpret_cast<char*>(&value), 8); }
inline std::string padded(std::string text, size_t cap) {
  text.resize(cap);
  return text;
}

/// The i-th argument of the probed function.
inline Operand argument(Code& c, int64_t index) {
  Operand dst = c.temp(Long());
  c.add(Op::CtxArg, {}, dst).imm = index;
  return dst;
}

/// The string that the probed function's first argument points to.
inline Operand text_argument(Code& c, uint32_t cap) {
  Operand dst = c.temp(Str(cap));
  c.add(Op::LoadStr, {argument(c, 0)}, dst).space = Space::User;
  return dst;
}

/// Compiles, loads, attaches and opens the gate.
struct Running : LiveObject {
  explicit Running(const Script& script) : LiveObject(script.module) {
    attach();
    start();
  }
};

}  // namespace coretap::test
