// A probe on a source line must fire once per execution of the line, but a line is rarely one
// contiguous stretch of code that is entered at its top: schedulers split it, loops are rotated,
// peeled and unrolled, so that it exists in several copies, and a `for` has three statements on one
// line. Counting every row is far too much; counting the lowest address (or, as gdb does, the
// lowest of each lexical block) misses copies: a loop body that runs 18 times is counted 3.
//
// The rule, for all lines: a line runs as often as what stands first on it. Of `for (int i = 0; i < n; i++)`
// that is `int i = 0`, once for the loop; of `while (n)` and of `} while (n);` the test, each time; of a
// range-for the range. The rows of one line within one function, or one inlined copy of a function, are judged together, and
// the question is always the same: is a second row another *copy* of the line's first part (it runs instead of, or again
// after, the first) or a *continuation* (it runs because the first did)?
//
// gcc at -O1 and above (since 8) answers by itself. It keeps a marker for the beginning of each
// statement through all passes, and is_stmt rows are exactly these markers; code that the scheduler
// moved has is_stmt=0 rows. A copied statement has a copied marker. So: take the line's first
// statement, known by its column, and all rows with that column. Rows that follow each other with
// no statement of another line between them may be one macro expansion with several statements at
// one place, which counts once, or copies whose neighbours vanished: there the code is asked too.
//
// The head of a loop needs more, since g++ gives the increment of a `for` the column of the `for` itself, and some beginnings
// have no marker but that of the test. There the statements that control comes from decide (head_beginnings): the loop
// begins where it is come to from outside, and what is come to from its body is an increment or a test.
//
// Other producers (clang, rustc, gcc -O0, old gcc) set is_stmt wherever the line changes. There the code
// itself is asked, in the control-flow graph:
//   - a row that can be reached from the function's entry without passing another row of the line begins
//     executions of it: a site, and its column is that of a first part;
//   - any other is always preceded by one. It is still a copy, and a site, if it has the column of a site and either begins
//     with the same kinds of instructions (unrolled, peeled) or lies in a loop of its own (the bottom test of a
//     rotated loop; a loop after its peeled first turn). Else it is a continuation: the second half of a
//     split statement, or the increment of a `for`.
//   - A row that is nothing but a jump is no part of a statement, if the line has other rows: it goes around a loop, or out
//     of one. (Of `break;` and the like it is all there is.)
// Where code cannot be decoded, gdb's rule is used: the lowest row of each lexical block.
//
// A `for` that declares its variable, but whose declaration left no code, has rows in the loop only. Then the
// site goes in front of the loop, to an instruction that does nothing but lead into it.
//
// What stays inexact: vectorised and fully merged code, where one instruction does the work of several executions; code
// of a line whose marker is gone. Signs of these make StatementStarts::may_miss.
#include "dwarf/statements.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/declared_lines.h"
#include "dwarf/die.h"
#include "dwarf/flow_graph.h"
#include "dwarf/later_parts.h"
#include "dwarf/line_rows.h"
#include "dwarf/lines.h"
#include "dwarf/prologue.h"
#include "dwarf/scopes.h"

namespace coretap::debug {
namespace {

/// Where the executions of a line begin, among its rows.
class LineCode : private LineRows {
 public:
  LineCode(const DebugData& data, const Unit& unit, const std::vector<size_t>& rows)
      : LineRows(data, unit, rows), declared_(data.declared_lines(unit)) {
    for (size_t row : rows)
      if (begins_statement(row)) statements_.push_back(row);
  }

  StatementStarts find() {
    StatementStarts found;
    if (statements_.empty()) return found;
    std::vector<size_t> starts = unit_.producer.statement_markers ? copies_of_first_statement()
                                 : graph_                         ? first_parts_and_copies()
                                                                  : lowest_per_block();
    for (size_t row : starts) found.starts.push_back({row, {at(row).address, at(row).view}});
    found.may_miss = is_uncertain_;
    if (graph_ && (initialises_ || declares_variable())) leave_own_loops(found);
    if (graph_ && !unit_.producer.statement_markers)
      for (StatementStart& start : found.starts) enter_loop_within(start);
    found.may_miss =
        found.may_miss || (graph_ && (has_other_executions(found) || repeats_itself(found)));
    return found;
  }

  /// Fills in why `found` is what it is.
  void give_reasons(StatementStarts& found) const {
    found.rule = unit_.producer.statement_markers ? SiteRule::Markers
                 : graph_                         ? SiteRule::ControlFlow
                                                  : SiteRule::Blocks;
    for (size_t row : rows_) found.roles.push_back(role_of(row, found));
    if (!found.may_miss) return;
    found.doubt = is_uncertain_ ? Doubt::Beginning : doubt_;
    found.doubt_at = is_uncertain_ ? 0 : doubt_at_;
  }

 private:
  using Loop = FlowGraph::Loop;

  /// Does the table say that a statement begins at a row of the line? clang sets is_stmt only where the line changes, and so not
  /// at the first row of an inlined copy behind another copy of the same function.
  bool begins_statement(size_t row) const {
    if (at(row).is_stmt || unit_.producer.statement_markers) return at(row).is_stmt;
    return row > 0 && !at(row - 1).end_sequence && same_line(at(row - 1), at(row)) &&
           scopes_.function_of(scopes_.scope_of_row(lines_, at(row - 1))) != instance();
  }

  RowRole role_of(size_t row, const StatementStarts& found) const {
    bool is_of_first_part = false;
    for (const StatementStart& start : found.starts) {
      if (start.row == row) return RowRole::Site;
      is_of_first_part = is_of_first_part || at(start.row).column == at(row).column;
    }
    for (const StatementStart& start : found.starts)
      if (start.point.pc == at(row).address) return RowRole::SameAddress;
    if (!at(row).is_stmt && found.rule != SiteRule::ControlFlow) return RowRole::NotStatement;
    if (later_parts_.count(row) != 0) return RowRole::LaterPart;
    if (lead_ins_.count(row) != 0) return RowRole::LeadIn;
    if (!found.starts.empty() && !is_of_first_part) return RowRole::OtherPart;
    const std::optional<size_t> index = graph_ ? graph_->index_of(at(row).address) : std::nullopt;
    if (index && is_in_left_loop(*index)) return RowRole::LoopTurn;
    return graph_ && is_only_jump(row) ? RowRole::Jump : RowRole::Continuation;
  }

  /// The statement that stands first on the line: of those that control comes to first, since the lowest may be in a part of
  /// the function that was moved away for being cold.
  size_t first_statement() const {
    const bool is_plain = std::all_of(statements_.begin(), statements_.end(), [&](size_t row) {
      return at(row).column == at(statements_.front()).column;
    });
    if (is_plain || !graph_) return statements_.front();
    const std::vector<bool> is_first = graph_->reached_first(addresses_of(statements_));
    for (size_t i = 0; i < statements_.size(); i++)
      if (is_first[i]) return statements_[i];
    return statements_.front();
  }

  /// The column of what stands first on the line. gcc's marker of a loop's statement is followed by that of its first part,
  /// which of a `while`, and of a `for` that initialises nothing, is the test.
  uint16_t first_column() const {
    const size_t beginning = first_statement(), next = beginning + 1;
    const uint16_t column = at(beginning).column;
    if (!graph_ || next >= lines_.rows.size() || !at(next).is_stmt || at(next).end_sequence ||
        at(next).address != at(beginning).address || !same_line(at(next), first()) ||
        at(next).column == column || declares_variable())
      return column;
    return heads_a_loop() ? at(next).column : column;
  }

  /// Does control come to the row only from statements of the line itself?
  bool comes_from_own(size_t row) const {
    std::optional<size_t> index = graph_->index_of(at(row).address);
    if (!index) return true;
    for (size_t before : graph_->previous(*index)) {
      size_t statement = row_of(before);
      if (statement == kNoRow) return false;
      while (statement > 0 && !at(statement).is_stmt && !at(statement - 1).end_sequence)
        statement--;
      if (!same_line(at(statement), at(row))) return false;
    }
    return true;
  }

  // ------------------------------------------------------------------------------ heads of loops

  /// The nearest statement in front of a row in the table, within its sequence.
  std::optional<size_t> statement_before(size_t row) const {
    for (size_t i = row; i-- > 0 && !at(i).end_sequence;)
      if (at(i).is_stmt && at(i).line != 0) return i;
    return std::nullopt;
  }

  /// The statements that control may come from to the statement at a row.
  std::vector<size_t> previous_statements(size_t row) const {
    std::vector<size_t> found;
    const std::optional<size_t> index = graph_->index_of(at(row).address);
    if (!index) return found;
    const std::optional<size_t> above = statement_before(row);
    bool falls_in = above && at(*above).address == at(row).address;
    for (size_t before : graph_->previous(*index)) {
      if (graph_->at(before).end() == at(row).address)
        falls_in = true;
      else if (const size_t own = row_of(before); own != kNoRow)
        if (auto statement = statement_before(own + 1)) found.push_back(*statement);
    }
    if (falls_in && above) found.push_back(*above);
    return found;
  }

  bool is_within(int scope, int outer) const {
    while (scope >= 0 && scope != outer) scope = scopes_.at(scope).parent;
    return scope == outer;
  }

  /// The head of a loop, as far as its statements have markers of their own.
  struct Head {
    int block = -1;  ///< the scope of the variables that a `for` declares, or -1
    /// The column of the `for` or `while` itself; in g++ also that of the increment, if it is one (`i++`).
    uint16_t own = 0;
    uint16_t test = 0;  ///< the column of the test; 0: the line is no such head
  };

  /// The next statement behind a row in the table, if it is of the line.
  std::optional<size_t> own_statement_behind(size_t row) const {
    size_t next = row + 1;
    while (next < lines_.rows.size() && !at(next).is_stmt && !at(next).end_sequence) next++;
    if (next == lines_.rows.size() || at(next).end_sequence || !same_line(at(next), first()))
      return std::nullopt;
    return next;
  }

  Head head() const {
    Head head;
    const int scope = declaring_scope();
    const uint16_t declared = scope < 0 ? 0 : declared_.column(instance(), scope, first().line);
    if (scope >= 0 && (scopes_.at(scope).is_function() || declared == 0)) return head;
    head.block = scope;
    // The marker of the `for` itself may be lost, where it is all of another statement's body.
    const uint16_t limit = scope < 0 ? at(first_statement()).column : declared;
    uint16_t test = 0;
    for (size_t row : statements_) {
      if (at(row).column > limit && (test == 0 || at(row).column < test)) test = at(row).column;
      const std::optional<size_t> next = own_statement_behind(row);
      if (at(row).column <= limit && next && at(*next).column > limit) head.own = at(row).column;
    }
    if (scope >= 0 || head.own != 0) head.test = test;
    if (head.own == 0) head.own = head.test;
    return head;
  }

  /// Is a statement a part of the loop that the line heads? Nothing if there is no sign.
  std::optional<bool> is_in_loop(const Head& head, size_t statement) const {
    const LineRow& row = at(statement);
    const int function = scopes_.function_of(scopes_.scope_of_row(lines_, row));
    if (function != instance())
      return is_within(function, head.block < 0 ? instance() : head.block);
    if (row.file == first().file && row.line <= first().line)
      return row.line == first().line && row.column >= head.own;
    if (head.block < 0) {
      const std::optional<size_t> index = graph_->index_of(row.address);
      for (const Loop& loop : graph_->loops())
        if (index && loop.contains(*index) && heads(loop)) return true;
      return std::nullopt;
    }
    std::optional<bool> found;
    for (size_t i = 0; i < lines_.rows.size(); i++) {
      if (!same_line(at(i), row) || at(i).end_sequence || end_of(i) == at(i).address) continue;
      const int scope = scopes_.innermost(at(i).address);
      if (is_within(scope, head.block)) return true;
      if (is_within(scope, instance())) found = false;
    }
    return found;
  }

  /// Can control come to a statement from outside of the loop that the line heads? Nothing if there is no sign of it, but
  /// none of the opposite either.
  std::optional<bool> begins(const Head& head, size_t statement) const {
    const std::vector<size_t> previous = previous_statements(statement);
    if (previous.empty()) return true;
    std::optional<bool> found = false;
    for (size_t before : previous) {
      const std::optional<bool> is_inside = is_in_loop(head, before);
      if (is_inside == false) return true;
      if (!is_inside) found = std::nullopt;
    }
    return found;
  }

  /// Does code of the line that is between the head's beginning and its test run outside of the loop only? That is what
  /// `for (i = 0; i < n; i++)` begins with.
  bool initialises(const Head& head) const {
    bool found = false;
    for (size_t row : rows_) {
      if (at(row).column <= head.own || at(row).column >= head.test) continue;
      const std::optional<size_t> index = graph_->index_of(at(row).address);
      if (end_of(row) == at(row).address || !index) continue;
      found = true;
      for (const Loop& loop : graph_->loops())
        if (heads(loop) && loop.contains(*index)) return false;
    }
    return found;
  }

  bool heads_a_loop() const {
    const std::vector<Loop>& loops = graph_->loops();
    return std::any_of(loops.begin(), loops.end(), [&](const Loop& loop) { return heads(loop); });
  }

  /// Where a loop begins that the line heads, or each turn of a `while`, among the statements of the line. In the copies that
  /// unrolling makes, increments and tests look like beginnings: they are told by what comes before them. Nothing if the line
  /// is not such a head, or its first column tells the beginning.
  std::vector<size_t> head_beginnings() {
    const Head head = this->head();
    if (head.test == 0) return {};
    const bool is_declaration = head.block >= 0;
    initialises_ = !is_declaration && initialises(head);
    std::vector<size_t> kept, tests, candidates;
    for (size_t row : statements_)
      if (at(row).column == head.test) tests.push_back(row);
    if (!is_declaration && !initialises_ && heads_a_loop())
      return first_column() == head.test ? tests : std::vector<size_t>();
    bool is_known = true, has_increments = false, has_turns = false;
    for (size_t row : statements_) {
      const bool is_test = at(row).column == head.test;
      if (!is_test && at(row).column != head.own) continue;
      candidates.push_back(row);
      const std::optional<bool> is_beginning = begins(head, row);
      is_known = is_known && is_beginning.has_value();
      if (is_beginning == true) {
        kept.push_back(row);
        continue;
      }
      later_parts_.insert(row);
      has_turns = has_turns || (is_test && !is_beginning);
      for (size_t before : previous_statements(row))
        has_increments =
            has_increments || (same_line(at(before), first()) && is_test &&
                               (at(before).column > head.test || later_parts_.count(before) != 0));
    }
    const bool is_for = is_declaration || initialises_;
    if (!is_for && (tests.size() < 2 || !has_increments)) {
      later_parts_.clear();
      // Of a `while` each copy of the test is a turn. Those behind the body tell it from `if (test) statement;`.
      return has_turns ? tests : std::vector<size_t>();
    }
    // An increment, but of a `for` that perhaps initialises nothing; or the beginning left no trace.
    is_uncertain_ = !is_known || !is_for || kept.empty();
    if (!kept.empty()) return kept;
    const std::vector<bool> is_first = graph_->reached_first(addresses_of(candidates));
    for (size_t i = 0; i < candidates.size(); i++)
      if (is_first[i]) kept.push_back(candidates[i]);
    return kept;
  }

  /// All copies of the line's first statement: rows with its column. A row that follows another with no statement of another
  /// line in between counts only if its code says that it is a copy.
  std::vector<size_t> copies_of_first_statement() {
    std::vector<size_t> copies, first_parts;
    std::vector<bool> follows;
    if (graph_) first_parts = head_beginnings();
    const bool is_head = !first_parts.empty();
    const uint16_t column = first_column();
    if (first_parts.empty())
      for (size_t row : statements_)
        if (at(row).column == column) first_parts.push_back(row);
    for (size_t n = 0; n < statements_.size(); n++) {
      const LineRow& row = at(statements_[n]);
      bool continues = n > 0 && !is_head;
      for (size_t i = n > 0 ? statements_[n - 1] + 1 : 0; continues && i < statements_[n]; i++)
        continues = !at(i).is_stmt || same_line(at(i), row);
      if (!std::binary_search(first_parts.begin(), first_parts.end(), statements_[n])) continue;
      // Markers of copies that were merged to one address stand between those of other lines.
      if (!copies.empty() && at(copies.back()).address == row.address && (continues || is_head))
        continue;
      copies.push_back(statements_[n]);
      follows.push_back(continues && (!graph_ || comes_from_own(statements_[n])));
    }
    if (std::find(follows.begin(), follows.end(), true) == follows.end()) return copies;
    std::vector<bool> is_first = graph_ ? graph_->reached_first(addresses_of(copies))
                                        : std::vector<bool>(copies.size(), false);
    std::vector<size_t> starts;
    for (size_t i = 0; i < copies.size(); i++)
      if (!follows[i] || is_first[i] || (graph_ && i > 0 && begin_alike(copies[i - 1], copies[i])))
        starts.push_back(copies[i]);
    return starts;
  }

  /// Is the row's code only a jump?
  bool is_only_jump(size_t row) const {
    std::optional<size_t> index = graph_->index_of(at(row).address);
    return index && graph_->at(*index).flow == Instruction::Flow::Jump &&
           graph_->at(*index).end() >= end_of(row);
  }

  /// Does control come to the row only from the code in front of it, and is that of this line, too?
  bool continues(size_t row) const {
    std::optional<size_t> index = graph_->index_of(at(row).address);
    if (!index || *index == 0) return false;
    const size_t before = *index - 1;
    if (graph_->at(before).end() != at(row).address) return false;
    const std::vector<uint32_t>& previous = graph_->previous(*index);
    if (previous.size() != 1 || previous.front() != before) return false;
    return std::find(rows_.begin(), rows_.end(), row_of(before)) != rows_.end();
  }

  /// Rows with code of their own where a part of the line may begin: those that continue code with the same column are left
  /// out, and those that are only a jump, unless there is nothing else.
  std::vector<size_t> beginnings() const {
    std::vector<size_t> all, with_code;
    for (size_t row : rows_) {
      if (!all.empty() && at(all.back()).address == at(row).address) continue;
      std::optional<size_t> index = graph_->index_of(at(row).address);
      if (continues(row) && at(row_of(*index - 1)).column == at(row).column) continue;
      all.push_back(row);
    }
    for (size_t row : all)
      if (!is_only_jump(row)) with_code.push_back(row);
    return with_code.empty() ? all : with_code;
  }

  std::vector<size_t> first_parts_and_copies() {
    std::vector<size_t> candidates = beginnings();
    // What the head of a loop begins with is not moved out of that.
    if (!heads_a_loop()) candidates = without_hoisted_loads(*this, candidates);
    const std::vector<bool> is_first = graph_->reached_first(addresses_of(candidates));
    std::vector<size_t> starts;
    for (size_t i = 0; i < candidates.size(); i++) {
      bool is_start = is_first[i];
      for (size_t j = 0; j < candidates.size() && !is_start; j++)
        is_start = is_first[j] && is_copy(candidates[j], candidates[i], candidates);
      // What a site runs into is a part of the same execution, even if elsewhere another part is come to first.
      const bool is_led_into =
          continues(candidates[i]) && !starts.empty() && starts.back() == row_before(candidates[i]);
      if (is_start && !is_led_into) starts.push_back(candidates[i]);
    }
    std::set<size_t> firsts;
    for (size_t i = 0; i < candidates.size(); i++)
      if (is_first[i]) firsts.insert(candidates[i]);
    KeptStarts kept = drop_parts(*this, starts, firsts);
    is_uncertain_ = kept.is_uncertain;
    lead_ins_ = kept.lead_ins;
    return kept.rows;
  }

  /// The row of the instruction in front of a row that continues().
  size_t row_before(size_t row) const { return row_of(*graph_->index_of(at(row).address) - 1); }

  bool is_copy(size_t site, size_t row, const std::vector<size_t>& candidates) const {
    if (at(site).column != at(row).column) return false;
    if (continues(row) ? repeats_call(site, row) : begin_alike(site, row)) return true;
    std::vector<uint64_t> others;
    for (size_t other : candidates)
      if (at(other).column == at(row).column) others.push_back(at(other).address);
    return graph_->loops_without(at(row).address, others);
  }

  /// Do the codes at two rows lead alike to a call of one function?
  bool repeats_call(size_t first_row, size_t second_row) const {
    std::optional<size_t> a = graph_->index_of(at(first_row).address);
    std::optional<size_t> b = graph_->index_of(at(second_row).address);
    const size_t count = graph_->code().instructions().size();
    for (; a && b && *a < count && *b < count; ++*a, ++*b) {
      const Instruction &one = graph_->at(*a), &other = graph_->at(*b);
      if (one.shape != other.shape) return false;
      if (one.flow == Instruction::Flow::Call) return one.target == other.target;
      if (one.flow != Instruction::Flow::Next) return false;
    }
    return false;
  }

  /// One row per innermost block, the lowest; a block inside a block that has one adds nothing.
  std::vector<size_t> lowest_per_block() const {
    std::map<int, size_t> lowest;
    for (size_t row : statements_) lowest.try_emplace(scopes_.innermost(at(row).address), row);
    std::vector<size_t> starts;
    for (auto [scope, row] : lowest) {
      bool is_inside_another = false;
      for (int outer = scope; outer >= 0 && !scopes_.at(outer).is_function();) {
        outer = scopes_.at(outer).parent;
        is_inside_another = is_inside_another || lowest.count(outer) != 0;
      }
      if (!is_inside_another) starts.push_back(row);
    }
    std::sort(starts.begin(), starts.end());
    return starts;
  }

  // ---------------------------------------------------------------------------------- loops that the line heads

  /// Does the line head the loop: does it lead back to the loop's beginning, and is no line of the loop above it? A row that
  /// begins outside of the loop and reaches into it says nothing: code without a place of its own is in that of the code before.
  bool heads(const Loop& loop) const {
    bool leads_back = false;
    for (size_t latch : loop.latches) leads_back |= same_line(at(row_of(latch)), first());
    if (!leads_back) return false;
    const int own = instance();
    for (size_t instruction : loop.body) {
      const size_t row = row_of(instruction);
      if (at(row).is_stmt && at(row).file == first().file && at(row).line != 0 &&
          at(row).line < first().line &&
          loop.contains(graph_->index_of(at(row).address).value_or(SIZE_MAX)) &&
          scopes_.function_of(scopes_.scope_of_row(lines_, at(row))) == own)
        return false;
    }
    return true;
  }

  /// The scope of a local variable that is declared on the line, in front of the first code that it has; or -1. If there is
  /// one, the line is a declaration, or a `for` with one.
  int declaring_scope() const { return declared_.declaring_scope(instance(), first().line); }

  /// clang leaves out of an inlined copy what it optimised away there; the function itself has it.
  bool declares_variable() const {
    if (declaring_scope() >= 0) return true;
    const int own = instance();
    return own >= 0 && declared_.is_in_origin(own, first().line);
  }

  /// Of a `for` with a declaration only what is outside of its loop counts; if there is nothing, what leads into it.
  void leave_own_loops(StatementStarts& found) {
    std::vector<const Loop*>& own = left_loops_;
    for (const Loop& loop : graph_->loops())
      if (heads(loop)) own.push_back(&loop);
    auto is_inside = [&](const StatementStart& start) {
      std::optional<size_t> index = graph_->index_of(start.point.pc);
      return index && std::any_of(own.begin(), own.end(),
                                  [&](const Loop* loop) { return loop->contains(*index); });
    };
    if (std::none_of(found.starts.begin(), found.starts.end(), is_inside)) return;
    if (!std::all_of(found.starts.begin(), found.starts.end(), is_inside)) {
      std::erase_if(found.starts, is_inside);
      return;
    }
    std::vector<uint64_t> entries = entries_of(own);
    if (entries.empty()) {
      found.may_miss = true;
      doubt_ = Doubt::WayIn;
      doubt_at_ = found.starts.front().point.pc;
      return;
    }
    const size_t row = found.starts.front().row;
    found.starts.clear();
    for (uint64_t entry : entries) found.starts.push_back({row, entry});
  }

  /// Where the code of a start runs into a loop that does not begin with a row, what is in front of the loop was moved out of
  /// it: the start goes to where each turn comes. The turns must be the source's: another line has statements in the loop.
  void enter_loop_within(StatementStart& start) const {
    std::optional<size_t> index = graph_->index_of(start.point.pc);
    if (!index || start.point.pc != at(start.row).address || opens_function(at(start.row))) return;
    for (const Loop& loop : graph_->loops()) {
      const Instruction& header = graph_->at(loop.header);
      if (header.address <= start.point.pc || header.address >= end_of(start.row) ||
          header.is_refused || loop.contains(*index) || heads(loop) || !has_other_lines(loop))
        continue;
      bool is_plain = true;
      for (size_t i = *index; i < loop.header; i++)
        is_plain = is_plain && graph_->at(i).flow == Instruction::Flow::Next &&
                   !graph_->at(i).writes_memory;
      if (is_plain) start.point = CodePoint(header.address);
    }
  }

  /// Is it the row of the entry, with the line that the function begins on? That runs once for each call.
  bool opens_function(const LineRow& row) const {
    const int function = scopes_.real_function_of(scopes_.innermost(row.address));
    if (function < 0) return false;
    Dwarf_Die die = scopes_.at(function).die;
    int line = 0;
    return die_entry_pc(&die) == row.address && dwarf_decl_line(&die, &line) == 0 &&
           static_cast<uint32_t>(line) == row.line;
  }

  /// Are there statements of other lines of the function in a loop?
  bool has_other_lines(const Loop& loop) const {
    return std::any_of(loop.body.begin(), loop.body.end(), [&](size_t instruction) {
      const LineRow& row = at(row_of(instruction));
      return row.is_stmt && row.address == graph_->at(instruction).address &&
             !is_own_or_inlined(instruction);
    });
  }

  bool is_in_left_loop(size_t instruction) const {
    return std::any_of(left_loops_.begin(), left_loops_.end(),
                       [&](const Loop* loop) { return loop->contains(instruction); });
  }

  /// The instruction, or the nearest before it that always leads to it and that the kernel takes a breakpoint on.
  std::optional<size_t> takes_breakpoint(size_t index) const {
    while (graph_->at(index).is_refused) {
      const std::vector<uint32_t>& previous = graph_->previous(index);
      if (previous.size() != 1 || previous.front() + 1 != index ||
          graph_->at(previous.front()).flow != Instruction::Flow::Next)
        return std::nullopt;
      index = previous.front();
    }
    return index;
  }

  /// Instructions that do nothing but lead into one of the loops, one on each way there; empty if there are none on some way.
  std::vector<uint64_t> entries_of(const std::vector<const Loop*>& loops) const {
    std::vector<uint64_t> entries;
    for (const Loop* loop : loops)
      for (size_t entry : loop->entries) {
        const bool from_own = std::any_of(loops.begin(), loops.end(), [&](const Loop* other) {
          return other != loop && other->contains(entry);
        });
        if (from_own) continue;
        const Instruction& one = graph_->at(entry);
        if (!one.is_padding && one.flow != Instruction::Flow::Jump) return {};
        const std::optional<size_t> place = takes_breakpoint(entry);
        if (!place) return {};
        entries.push_back(graph_->at(*place).address);
      }
    std::vector<bool> is_first = graph_->reached_first(entries);
    std::vector<uint64_t> kept;
    for (size_t i = 0; i < entries.size(); i++)
      if (is_first[i]) kept.push_back(entries[i]);
    return kept;
  }

  // ------------------------------------------------------------------------------------------- what may be missed

  /// Is there code of the line that does something (stores, calls), or the work of several executions at once, and
  /// that runs without passing a site?
  bool has_other_executions(const StatementStarts& found) {
    std::vector<uint64_t> doing, sites;
    std::set<uint16_t> columns;
    for (const StatementStart& start : found.starts) {
      sites.push_back(start.point.pc);
      columns.insert(at(start.row).column);
    }
    for (size_t row : rows_) {
      const bool is_first_part = columns.count(at(row).column) != 0;
      if (auto part = statement_before(row + 1); part && later_parts_.count(*part) != 0) continue;
      for (const Instruction& one : code_of(row)) {
        // Only a return cannot have been moved to before the rest of its statement, or behind it.
        if (one.flow == Instruction::Flow::Return && unit_.producer.statement_markers)
          doing.push_back(one.address);
        if (!is_first_part) continue;
        if (one.is_vector) return doubts(Doubt::SeveralAtOnce, one.address);
        const bool does = one.writes_memory || one.flow == Instruction::Flow::Call ||
                          one.flow == Instruction::Flow::IndirectCall;
        if (does && !is_in_left_loop(*graph_->index_of(one.address))) doing.push_back(one.address);
      }
    }
    for (const Loop& loop : graph_->loops()) {
      const bool counts_turns = std::any_of(sites.begin(), sites.end(), [&](uint64_t site) {
        return loop.contains(graph_->index_of(site).value_or(SIZE_MAX));
      });
      // If it can be entered without a site, the first test is left out, since it is true.
      if (counts_turns && heads(loop)) doing.push_back(graph_->at(loop.header).address);
    }
    if (!graph_->comes_without(doing, sites)) return false;
    for (uint64_t address : doing)
      if (graph_->comes_without({address}, sites)) return doubts(Doubt::OtherWay, address);
    return true;
  }

  bool doubts(Doubt why, uint64_t address) {
    doubt_ = why;
    doubt_at_ = address;
    return true;
  }

  /// Does code of one column, which is one operation of the source, do the same sum several times behind one site? Loops that
  /// were unrolled and then merged look so.
  bool repeats_itself(const StatementStarts& found) {
    if (unit_.producer.gcc) return false;  // as is_stmt says, or not optimised
    if (!scopes_.is_optimised()) return false;
    for (size_t row : rows_)
      if (calls_again(row)) return doubts(Doubt::MergedCopies, at(row).address);
    if (const size_t row = computed_again(found); row != kNoRow)
      return doubts(Doubt::MergedCopies, at(row).address);
    std::map<std::pair<uint16_t, uint32_t>, size_t> times;
    for (size_t row : rows_) {
      for (const Instruction& one : code_of(row)) {
        if (one.flow != Instruction::Flow::Next || one.is_transfer || one.is_padding) continue;
        if (++times[{at(row).column, one.shape}] > found.starts.size())
          return doubts(Doubt::MergedCopies, one.address);
      }
    }
    return false;
  }

  /// A row that computes what a site's row of its column has computed, as a row of another line between them does once more,
  /// too; or kNoRow. A loop that was unrolled completely looks so. A statement alone that comes back was only split.
  size_t computed_again(const StatementStarts& found) const {
    std::map<uint16_t, size_t> last_of_column;
    for (const StatementStart& start : found.starts) last_of_column[at(start.row).column] = kNoRow;
    for (size_t row : rows_) {
      const auto last = last_of_column.find(at(row).column);
      const std::optional<size_t> index = graph_->index_of(at(row).address);
      if (last == last_of_column.end() || !index || !begins_statement(row) || !computes(row) ||
          is_in_left_loop(*index))
        continue;
      const auto is_site = [&](const StatementStart& start) { return start.row == row; };
      if (last->second != kNoRow &&
          std::none_of(found.starts.begin(), found.starts.end(), is_site) &&
          repeats_with(last->second, row))
        return row;
      last->second = row;
    }
    return kNoRow;
  }

  /// Is there a statement of another line between two rows of the line, and the same in front of the first, or behind the second?
  bool repeats_with(size_t first_row, size_t second_row) const {
    constexpr size_t kLongestTurn = 256;  // rows; compilers unroll short loops only
    const size_t reach = second_row - first_row;
    if (reach > kLongestTurn) return false;
    const auto is_other = [&](size_t row) {
      return at(row).is_stmt && at(row).line != 0 && !same_line(at(row), first()) && computes(row);
    };
    const auto is_same = [&](size_t row, size_t other) {
      return same_line(at(row), at(other)) && at(row).column == at(other).column;
    };
    const size_t begin = first_row - std::min(first_row, reach);
    const size_t end = std::min(second_row + reach, lines_.rows.size());
    for (size_t between = first_row + 1; between < second_row; between++) {
      if (!is_other(between)) continue;
      for (size_t i = begin; i < end; i++)
        if ((i < first_row || i > second_row) && is_same(i, between) && is_other(i)) return true;
    }
    return false;
  }

  /// Does the code of a row do more than load values, and jump?
  bool computes(size_t row) const {
    const std::span<const Instruction> code = code_of(row);
    return std::any_of(code.begin(), code.end(), [](const Instruction& one) {
      const bool is_load = one.is_transfer && one.reads_memory && !one.writes_memory;
      return one.flow == Instruction::Flow::Next && !is_load && !one.is_padding;
    });
  }

  /// Does the code of a row call a function, and the same again with nothing but other arguments? Unrolled loops look so:
  /// clang gives the copies no rows of their own.
  bool calls_again(size_t row) const {
    uint64_t called = 0;
    for (const Instruction& one : code_of(row)) {
      if (one.flow == Instruction::Flow::Call) {
        if (one.target == called) return true;
        called = one.target;
      } else if (one.flow != Instruction::Flow::Next) {
        called = 0;
      }
    }
    return false;
  }

  DeclaredLines& declared_;
  std::vector<size_t> statements_;       ///< those that are is_stmt
  std::vector<const Loop*> left_loops_;  ///< whose turns are not executions of the line
  std::set<size_t> later_parts_;         ///< rows that look like the line's beginning, and are not
  std::set<size_t> lead_ins_;            ///< rows that only lead to a site
  bool initialises_ = false;             ///< a `for` that declares nothing, but begins with code
  bool is_uncertain_ = false;            ///< whether rows were rightly taken for such
  Doubt doubt_ = Doubt::Nothing;         ///< else why the line may count less than it runs
  uint64_t doubt_at_ = 0;
};

}  // namespace

StatementStarts statement_starts(const DebugData& data, const Unit& unit,
                                 const std::vector<size_t>& rows, bool with_reasons) {
  LineCode code(data, unit, rows);
  StatementStarts found = code.find();
  if (with_reasons) code.give_reasons(found);
  return found;
}

CodePoint site_point(const DebugData& data, const Unit& unit, const LineRow& row) {
  const UnitScopes& scopes = data.scopes(unit);
  int function = scopes.real_function_of(scopes.innermost(row.address));
  const CodePoint own(row.address, row.view);
  if (function < 0) return own;
  Dwarf_Die die = scopes.at(function).die;
  if (die_entry_pc(&die) != row.address) return own;
  uint64_t end = find_prologue_end(data, unit, &die, row.address);
  return end == row.address ? own : CodePoint(end);
}

}  // namespace coretap::debug
