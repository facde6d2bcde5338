// A probe on a source line must fire once per execution of the line, but a line is rarely one
// contiguous stretch of code that is entered at its top: schedulers split it, loops are rotated,
// peeled and unrolled, so that it exists in several copies, and a `for` has three statements on one
// line. Counting every row is far too much; counting the lowest address (or, as gdb does, the
// lowest of each lexical block) misses copies: a loop body that runs 18 times is counted 3.
//
// The question is always the same: is a second row of the line another *copy* of the code (it runs
// instead of, or again after, the first) or a *continuation* (it runs because the first did)?
// The rows of one line within one function, or one inlined copy of a function, are judged together.
//
// gcc at -O1 and above (since 8) answers by itself. It keeps a marker for the beginning of each
// statement through all passes, and is_stmt rows are exactly these markers; code that the scheduler
// moved has is_stmt=0 rows. A copied statement has a copied marker. So: take the line's first
// statement, known by its column, and all rows with that column. Rows that follow each other with
// no statement of another line between them may be one macro expansion with several statements at
// one place, which counts once, or copies whose neighbours vanished: there the code is asked too.
//
// Other producers (clang, gcc -O0, old gcc) set is_stmt wherever the line changes. There the code
// itself is asked. A site candidate is the beginning of a run of rows of this line. Then, in the
// control-flow graph:
//   - a candidate that can be reached from the function's entry without passing another candidate
//     begins executions of the line: a site;
//   - any other is always preceded by a candidate. It is still a copy, and a site, if it begins
//     with the column of a site and either with the same kinds of instructions (unrolled, peeled) or
//     lies in a loop of its own (the bottom test of a rotated loop; a loop after its peeled first
//     turn). Else it is a continuation: the second half of a split statement, or the increment
//     of a `for`, whose line is "executed", as in gdb, once for the loop.
// Where code cannot be decoded, gdb's rule is used: the lowest row of each lexical block.
//
// What stays inexact: vectorised and fully merged code, where one instruction does the work of
// several executions; and clang's unrolling when the copies are adjacent, with no row between.
#include "dwarf/statements.h"

#include <algorithm>
#include <map>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/flow_graph.h"
#include "dwarf/lines.h"
#include "dwarf/prologue.h"
#include "dwarf/scopes.h"

namespace coretap::debug {
namespace {

bool same_line(const LineRow& a, const LineRow& b) { return a.line == b.line && a.file == b.file; }

/// Do the statements of two rows begin with the same code, so that one is a copy of the other?
bool begin_alike(const FlowGraph& flow, const UnitLines& lines, size_t first, size_t second) {
  auto code_of = [&](size_t index) {
    const uint64_t start = lines.rows[index].address;
    size_t next = index + 1;
    while (next < lines.rows.size() && !lines.rows[next].end_sequence &&
           (lines.rows[next].address == start || !lines.rows[next].is_stmt))
      next++;
    return flow.code().shapes(start, next < lines.rows.size() ? lines.rows[next].address : start);
  };
  std::vector<uint32_t> a = code_of(first), b = code_of(second);
  size_t common = std::min(a.size(), b.size());
  // One instruction alone is alike too easily.
  return common >= 2 &&
         std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(common), b.begin());
}

/// All copies of the line's first statement: rows with the column of the lowest row. A row that
/// follows another with no statement of another line in between counts only if its code says that
/// it is a copy.
std::vector<size_t> copies_of_first_statement(const FlowGraph* flow, const UnitLines& lines,
                                              const std::vector<size_t>& rows) {
  std::vector<size_t> copies;
  std::vector<bool> follows;
  const uint16_t column = lines.rows[rows.front()].column;
  for (size_t n = 0; n < rows.size(); n++) {
    const LineRow& row = lines.rows[rows[n]];
    bool continues = n > 0;
    for (size_t i = n > 0 ? rows[n - 1] + 1 : 0; continues && i < rows[n]; i++)
      continues = !lines.rows[i].is_stmt || same_line(lines.rows[i], row);
    if (row.column != column) continue;
    if (!copies.empty() && lines.rows[copies.back()].address == row.address) continue;
    copies.push_back(rows[n]);
    follows.push_back(continues);
  }
  if (std::find(follows.begin(), follows.end(), true) == follows.end()) return copies;
  std::vector<uint64_t> addresses;
  for (size_t index : copies) addresses.push_back(lines.rows[index].address);
  std::vector<bool> is_first =
      flow ? flow->reached_first(addresses) : std::vector<bool>(copies.size(), false);
  std::vector<size_t> starts;
  for (size_t i = 0; i < copies.size(); i++)
    if (!follows[i] || is_first[i] ||
        (flow && i > 0 && begin_alike(*flow, lines, copies[i - 1], copies[i])))
      starts.push_back(copies[i]);
  return starts;
}

/// Rows at which control enters the line by falling through from another line's code.
std::vector<size_t> run_starts(const UnitScopes& scopes, const UnitLines& lines,
                               const std::vector<size_t>& rows) {
  std::vector<size_t> starts;
  for (size_t index : rows) {
    const LineRow& row = lines.rows[index];
    size_t before = index;
    // Line 0 is code of no line: it does not interrupt.
    while (before > 0 && lines.rows[before - 1].line == 0 && !lines.rows[before - 1].end_sequence)
      before--;
    const LineRow* previous = before > 0 ? &lines.rows[before - 1] : nullptr;
    bool continues = previous && !previous->end_sequence && same_line(*previous, row) &&
                     scopes.function_of(scopes.scope_of_line(previous->address, row.line)) ==
                         scopes.function_of(scopes.scope_of_line(row.address, row.line));
    bool is_repeated = !starts.empty() && lines.rows[starts.back()].address == row.address;
    if (!continues && !is_repeated) starts.push_back(index);
  }
  return starts;
}

/// Drops candidates that only continue an execution of the line (see the top of this file).
std::vector<size_t> drop_continuations(const FlowGraph& flow, const UnitLines& lines,
                                       const std::vector<size_t>& candidates) {
  std::vector<uint64_t> addresses;
  for (size_t index : candidates) addresses.push_back(lines.rows[index].address);
  std::vector<bool> is_first = flow.reached_first(addresses);
  std::vector<size_t> starts;
  for (size_t i = 0; i < candidates.size(); i++) {
    const LineRow& row = lines.rows[candidates[i]];
    bool is_copy = is_first[i];
    for (size_t j = 0; j < candidates.size() && !is_copy; j++) {
      const LineRow& site = lines.rows[candidates[j]];
      is_copy = is_first[j] && site.column == row.column &&
                (begin_alike(flow, lines, candidates[j], candidates[i]) ||
                 flow.loops_without(row.address, addresses));
    }
    if (is_copy) starts.push_back(candidates[i]);
  }
  return starts;
}

/// One row per innermost block, the lowest; a block inside a block that has one adds nothing.
std::vector<size_t> lowest_per_block(const UnitScopes& scopes, const UnitLines& lines,
                                     const std::vector<size_t>& rows) {
  std::map<int, size_t> lowest;
  for (size_t index : rows) lowest.try_emplace(scopes.innermost(lines.rows[index].address), index);
  std::vector<size_t> starts;
  for (auto [scope, index] : lowest) {
    bool is_inside_another = false;
    for (int outer = scope; outer >= 0 && !scopes.at(outer).is_function();) {
      outer = scopes.at(outer).parent;
      is_inside_another = is_inside_another || lowest.count(outer) != 0;
    }
    if (!is_inside_another) starts.push_back(index);
  }
  std::sort(starts.begin(), starts.end());
  return starts;
}

}  // namespace

std::vector<size_t> statement_starts(const DebugData& data, const Unit& unit,
                                     const std::vector<size_t>& rows) {
  if (rows.size() < 2) return rows;
  const UnitLines& lines = data.lines(unit);
  const UnitScopes& scopes = data.scopes(unit);
  if (unit.producer.statement_markers)
    return copies_of_first_statement(data.flow_graph(lines.rows[rows.front()].address), lines,
                                     rows);
  std::vector<size_t> candidates = run_starts(scopes, lines, rows);
  if (candidates.size() < 2) return candidates;
  const FlowGraph* flow = data.flow_graph(lines.rows[candidates.front()].address);
  return flow ? drop_continuations(*flow, lines, candidates)
              : lowest_per_block(scopes, lines, candidates);
}

uint64_t site_address(const DebugData& data, const Unit& unit, const LineRow& row) {
  const UnitScopes& scopes = data.scopes(unit);
  int function = scopes.real_function_of(scopes.innermost(row.address));
  if (function < 0) return row.address;
  Dwarf_Die die = scopes.at(function).die;
  if (die_entry_pc(&die) != row.address) return row.address;
  return find_prologue_end(data, unit, &die, row.address);
}

}  // namespace coretap::debug
