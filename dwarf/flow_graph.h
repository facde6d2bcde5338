// The code of one function as a graph for questions about source lines: what is reached before what, and its loops.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "dwarf/code_flow.h"

namespace coretap::debug {

class FlowGraph {
 public:
  /// A loop that is entered at one instruction only, as all loops of structured code are.
  struct Loop {
    size_t header;                ///< index of its first instruction, in any turn
    std::vector<size_t> body;     ///< sorted, the header too
    std::vector<size_t> latches;  ///< what jumps, or goes on, to the header from inside
    std::vector<size_t> entries;  ///< the same from outside
    bool contains(size_t index) const;
  };

  /// From one instruction to another, by their indexes.
  using Edge = std::pair<size_t, size_t>;

  /// `code` must outlive the graph. Control does not go on behind a call that `never_returns`, nor along an edge of `left_out`.
  FlowGraph(const CodeFlow& code, const std::function<bool(const Instruction&)>& never_returns,
            const std::set<Edge>& left_out);

  const CodeFlow& code() const { return code_; }
  const Instruction& at(size_t index) const { return code_.instructions()[index]; }
  std::optional<size_t> index_of(uint64_t address) const { return code_.index_of(address); }
  const std::vector<Loop>& loops() const { return loops_; }
  /// What can run right before an instruction.
  const std::vector<uint32_t>& previous(size_t index) const { return previous_[index]; }
  const std::vector<uint32_t>& next(size_t index) const { return next_[index]; }

  /// Which of `points` can be reached from the entry without passing through another of them.
  std::vector<bool> reached_first(const std::vector<uint64_t>& points) const;
  /// Can control leave `point` and come back to it without passing through one of `others`?
  bool loops_without(uint64_t point, const std::vector<uint64_t>& others) const;
  /// Can control come to one of `targets` without passing through one of `points`, from the entry or again after having
  /// been there? The ways of exceptions do not count.
  bool comes_without(const std::vector<uint64_t>& targets,
                     const std::vector<uint64_t>& points) const;

 private:
  void find_roots();
  void order();
  void find_dominators();
  void find_loops();
  bool dominates(size_t a, size_t b) const;
  /// By index: is an instruction at one of `points`?
  std::vector<bool> marks(const std::vector<uint64_t>& points) const;
  /// By index: what control comes to from `from`, these included. It comes to a stop and does not go on from there.
  template <typename Indexes>
  std::vector<bool> reached(const Indexes& from, const std::vector<bool>& stops) const;

  const CodeFlow& code_;
  std::vector<std::vector<uint32_t>> next_, previous_;
  std::vector<size_t> roots_;       ///< the entry, and what is reached in ways that are not seen
  std::vector<size_t> order_;       ///< reverse postorder from the roots
  std::vector<int64_t> position_;   ///< in order_, or -1
  std::vector<int64_t> dominator_;  ///< position of the immediate one; -1: a root
  std::vector<Loop> loops_;
};

}  // namespace coretap::debug
