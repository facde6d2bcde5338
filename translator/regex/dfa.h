// A pattern as a table: the answer to "is it somewhere in this text?" with one look-up a byte,
// which is what a BPF program can do and its verifier can follow.
//
// A state stands for all places of the program that a thread could be at, whatever byte of the
// text it started from. Bytes that no part of the pattern tells apart share a column. The text's
// NUL is a byte like the others: its column ends every text in one of the two final states, which
// nothing leaves, so whoever walks the table may stop there, or go on into the zeros behind a text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "regex/program.h"

namespace coretap::regex {

/// States that a table may have. A pattern has few; only counted repetitions behind something
/// unanchored (`a.{10}b`) need many, doubling with each count.
constexpr size_t kMostStates = 2048;

struct Dfa {
  static constexpr uint16_t kNoMatch = 0, kMatch = 1;  ///< the final states

  std::array<uint8_t, 256> column_of{};
  uint32_t columns = 1;
  uint32_t states = 2;
  uint16_t start = kNoMatch;
  std::vector<uint16_t> next;  ///< [state * columns + column]
};

/// None if it would have more than kMostStates states.
std::optional<Dfa> make_dfa(const Program& program);

}  // namespace coretap::regex
