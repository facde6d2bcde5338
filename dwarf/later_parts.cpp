// Optimisers move parts of a statement: an operand is loaded far ahead, and what a loop does to a variable is done in a register
// and stored behind the loop. The row of such a part has the line and often the column of the statement. If control can
// come to it without passing the rest, it looks like a beginning of the line. There are five kinds:
//
//   - A lead-in: its code, and all ways on from it, lead to another beginning before they come to another statement.
//     A part that only loads leads in through statements that only load, too: these were moved likewise.
//   - The same within one column, in one stretch of code.
//   - What was sunk out of a loop. The line has code in a loop, and all ways from there lead to this part behind the loop:
//
//         .L2: addl  %esi, %eax             #  sink += v;
//              ...
//              jne   .L2
//         .L3: movl  %eax, sink(%rip)       #  sink += v;   also come to from where the loop is not entered
//
//     Of a tail call that was made a loop, the sum that goes on from call to call ends alike: "return a + b" runs in
//     the loop, and behind it once more with the result of the last call, which is none of the line's executions.
//     A copy of the loop's last turn has such a place, too, but loads what it works on. So a part is sunk
//     if it neither reads memory nor calls, and does not begin as the code in the loop does.
//
//   - The guard of a copy, which the compiler wrote: an unrolled loop asks how many turns are left before the code of the last
//     ones, and gives that test the place of the statement behind it. It works on registers and branches, to the copy or past the
//     line, and the copy does the work.
//
//   - What was hoisted out of a loop: of "sink += v;" the load of `sink`, if the store stays in the loop. The line's code in
//     front of the loop only loads, from a place that its code in the loop stores to.
#include "dwarf/later_parts.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>

namespace coretap::debug {
namespace {

class Parts {
 public:
  Parts(const LineRows& line, const std::set<size_t>& firsts)
      : line_(line), graph_(*line.graph()), firsts_(firsts) {}

  /// Does `start` only lead on to `other`? One of another column has all executions if control also comes to it on ways around
  /// this one.
  bool is_lead_in(size_t start, size_t other) const {
    if (line_.at(start).column == line_.at(other).column)
      return leads_into(start, other) && !line_.begin_alike(start, other);
    return firsts_.count(other) != 0 && always_reaches(start, other);
  }

  /// Does `start` carry on with what `other` did in a loop that `start` is behind?
  bool is_sunk(size_t start, size_t other) const {
    const std::optional<size_t> inside = graph_.index_of(line_.at(other).address),
                                behind = graph_.index_of(line_.at(start).address);
    if (!inside || !behind || line_.at(start).column != line_.at(other).column) return false;
    const bool works_on_registers = holds_for(line_.code_of_statement(start), [](auto& one) {
      return !one.reads_memory && one.flow == Instruction::Flow::Next;
    });
    return is_only_one_in_loop(*inside, *behind) && works_on_registers &&
           !graph_.at(*inside).is_vector && !line_.begin_alike(start, other) &&
           all_ways_lead({*inside, *behind, true}, [](size_t) { return true; });
  }

  /// Does `start` only ask, of registers, whether to go on to `other`, which does the statement's work?
  bool is_guard(size_t start, size_t other) const {
    const std::optional<size_t> begin = graph_.index_of(line_.at(start).address),
                                end = graph_.index_of(line_.at(other).address);
    if (!begin || !end || line_.at(start).column != line_.at(other).column ||
        firsts_.count(other) != 0 || !loads(other))
      return false;
    bool reaches = false, asks = false;
    std::set<size_t> seen{*begin};
    std::vector<size_t> todo{*begin};
    while (!todo.empty()) {
      const size_t index = todo.back();
      todo.pop_back();
      const Instruction& one = graph_.at(index);
      const bool is_quiet = one.flow == Instruction::Flow::Next ||
                            one.flow == Instruction::Flow::Jump ||
                            one.flow == Instruction::Flow::ConditionalJump;
      if (!is_quiet || one.reads_memory || one.writes_memory) return false;
      asks = asks || one.flow == Instruction::Flow::ConditionalJump;
      for (size_t next : graph_.next(index)) {
        reaches = reaches || next == *end;
        if (next != *end && is_of_part(next, start) && seen.insert(next).second)
          todo.push_back(next);
      }
    }
    return reaches && asks;
  }

  /// Does `start` only load what `other` stores to in a loop that `start` is in front of?
  bool is_hoisted_load(size_t start, size_t other) const {
    const std::optional<size_t> inside = graph_.index_of(line_.at(other).address),
                                before = graph_.index_of(line_.at(start).address);
    if (!inside || !before) return false;
    if (!is_only_one_in_loop(*inside, *before) || !only_loads(start)) return false;
    std::set<uint64_t> loaded;
    for (const Instruction& one : line_.code_of(start))
      if (one.reads_memory) loaded.insert(one.memory_place);
    return !holds_for(line_.code_of_statement(other), [&](auto& one) {
      return !one.writes_memory || one.memory_place == 0 || loaded.count(one.memory_place) == 0;
    });
  }

  /// Is the row's statement nothing but moves of values?
  bool only_moves(size_t row) const {
    return holds_for(line_.code_of_statement(row), [](auto& one) { return one.is_transfer; });
  }

 private:
  /// Ways through the code.
  struct Ways {
    size_t begin, end;
    bool may_return;  ///< a way may come back to the beginning
  };

  /// Is there a loop that has `inside`, and not `outside`?
  bool is_only_one_in_loop(size_t inside, size_t outside) const {
    return std::any_of(graph_.loops().begin(), graph_.loops().end(),
                       [&](const FlowGraph::Loop& loop) {
                         return loop.contains(inside) && !loop.contains(outside);
                       });
  }

  template <typename Holds>
  static bool holds_for(std::span<const Instruction> code, Holds holds) {
    return std::all_of(code.begin(), code.end(), holds);
  }

  /// Does the row's code only load into registers, and perhaps jump?
  bool only_loads(size_t row) const {
    return holds_for(line_.code_of(row), [](auto& one) {
      return (one.is_transfer && !one.writes_memory) || one.is_padding ||
             one.flow == Instruction::Flow::Jump;
    });
  }

  /// Does an instruction belong to the line and a row's column, or to no line?
  bool is_of_part(size_t instruction, size_t row) const {
    const LineRow& own = line_.at(line_.row_of(instruction));
    return own.line == 0 || (same_line(own, line_.first()) && own.column == line_.at(row).column);
  }

  /// Does the row's statement read memory?
  bool loads(size_t row) const {
    return !holds_for(line_.code_of_statement(row), [](auto& one) { return !one.reads_memory; });
  }

  /// Does the code at one row always run into that of another, through code of the same line and column, or of no line?
  bool leads_into(size_t row, size_t other) const {
    std::optional<size_t> index = graph_.index_of(line_.at(row).address);
    const size_t count = graph_.code().instructions().size();
    for (size_t steps = 0; index && *index < count && steps < count; steps++) {
      const Instruction& one = graph_.at(*index);
      if (!is_of_part(*index, row)) return false;
      if (one.flow == Instruction::Flow::Jump)
        index = graph_.index_of(one.target);
      else if (one.flow == Instruction::Flow::Next || one.flow == Instruction::Flow::Call)
        ++*index;
      else
        return false;
      if (index && *index < count && graph_.at(*index).address == line_.at(other).address)
        return true;
    }
    return false;
  }

  /// Do all ways from one row lead to another before they come to a statement of another line of the function, or to the row
  /// itself? Functions that are inlined into the line are parts of it.
  bool always_reaches(size_t row, size_t other) const {
    const std::optional<size_t> begin = graph_.index_of(line_.at(row).address),
                                end = graph_.index_of(line_.at(other).address);
    if (!begin || !end) return false;
    const bool is_load = only_loads(row);
    return all_ways_lead({*begin, *end, false}, [&](size_t index) {
      return line_.is_own_or_inlined(index) || (is_load && only_loads(line_.row_of(index)));
    });
  }

  /// Do all ways come to their end, through nothing but instructions that `is_passed` is true of?
  bool all_ways_lead(const Ways& ways, const std::function<bool(size_t)>& is_passed) const {
    std::set<size_t> seen;
    std::vector<size_t> todo{ways.begin};
    while (!todo.empty()) {
      const size_t index = todo.back();
      todo.pop_back();
      if (graph_.next(index).empty() || !is_passed(index)) return false;
      for (size_t next : graph_.next(index)) {
        if (next == ways.begin && !ways.may_return) return false;
        if (next != ways.end && seen.insert(next).second) todo.push_back(next);
      }
    }
    return true;
  }

  const LineRows& line_;
  const FlowGraph& graph_;
  const std::set<size_t>& firsts_;
};

}  // namespace

KeptStarts drop_parts(const LineRows& line, const std::vector<size_t>& starts,
                      const std::set<size_t>& firsts) {
  const Parts parts(line, firsts);
  KeptStarts kept;
  for (size_t start : starts) {
    auto is_any = [&](auto is_part) {
      return std::any_of(starts.begin(), starts.end(),
                         [&](size_t other) { return other != start && is_part(start, other); });
    };
    if (is_any([&](size_t part, size_t whole) {
          return parts.is_lead_in(part, whole) || parts.is_guard(part, whole);
        }))
      kept.lead_ins.insert(start);
    else if (is_any([&](size_t part, size_t whole) { return parts.is_sunk(part, whole); }))
      kept.is_uncertain = kept.is_uncertain || !parts.only_moves(start);
    else
      kept.rows.push_back(start);
  }
  return kept;
}

std::vector<size_t> without_hoisted_loads(const LineRows& line,
                                          const std::vector<size_t>& candidates) {
  const std::set<size_t> none;
  const Parts parts(line, none);
  std::vector<size_t> kept;
  for (size_t row : candidates)
    if (std::none_of(candidates.begin(), candidates.end(),
                     [&](size_t other) { return parts.is_hoisted_load(row, other); }))
      kept.push_back(row);
  return kept;
}

}  // namespace coretap::debug
