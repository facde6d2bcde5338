// A parsed pattern as a small program, the form from which the table is made (dfa.h) and which
// finds groups at run time (runtime/user/values/regex.cpp).
//
// A thread is a place in the program. Where a pattern leaves a choice the thread forks; the first
// way is the preferred one, which decides what groups hold. A repetition prefers another turn, an
// alternative the one written first. `x*` is `(x+)?`: a turn that matches nothing is taken once,
// so that its groups are set; stap's matcher does the same.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "regex/parse.h"

namespace coretap::regex {

struct Step {
  enum Op : uint8_t {
    Byte,   ///< takes one byte out of sets[x], goes on behind
    Fork,   ///< goes on at x, or else at y
    Jump,   ///< goes on at x
    Save,   ///< notes the place in the text as number x: 2g is group g's begin, 2g+1 its end
    Begin,  ///< goes on at the begin of the text
    End,    ///< goes on at the end of the text
    Match,
  };
  Op op = Match;
  uint32_t x = 0, y = 0;
};

/// Steps that one pattern may have: repetitions are unrolled, and those within each other multiply.
constexpr size_t kMostSteps = 4000;

struct Program {
  std::vector<Step> steps;  ///< the first is where a match begins
  std::vector<ByteSet> sets;
  unsigned groups = 1;
};

/// None if it would have more than kMostSteps steps.
std::optional<Program> compile(const Pattern& pattern);

}  // namespace coretap::regex
