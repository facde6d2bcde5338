// The code of one function as a graph for questions about source lines: what is reached before what, and what is reached again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "dwarf/code_flow.h"

namespace coretap::debug {

class FlowGraph {
 public:
  /// `code` must outlive the graph. Control does not go on behind a call that `never_returns`.
  FlowGraph(const CodeFlow& code, const std::function<bool(const Instruction&)>& never_returns);

  const CodeFlow& code() const { return code_; }
  const Instruction& at(size_t index) const { return code_.instructions()[index]; }
  std::optional<size_t> index_of(uint64_t address) const { return code_.index_of(address); }

  /// Which of `points` can be reached from the entry without passing through another of them.
  std::vector<bool> reached_first(const std::vector<uint64_t>& points) const;
  /// Can control leave `point` and come back to it without passing through one of `others`?
  bool loops_without(uint64_t point, const std::vector<uint64_t>& others) const;

 private:
  /// By index: is an instruction at one of `points`?
  std::vector<bool> marks(const std::vector<uint64_t>& points) const;
  /// By index: what control comes to from `from`, these included. It comes to a stop and does not go on from there.
  template <typename Indexes>
  std::vector<bool> reached(const Indexes& from, const std::vector<bool>& stops) const;

  const CodeFlow& code_;
  std::vector<std::vector<uint32_t>> next_;
  std::vector<size_t> roots_;  ///< the entry, and what is reached in ways that are not seen
};

}  // namespace coretap::debug
