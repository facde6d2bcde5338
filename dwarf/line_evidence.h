// Why the sites of a source line are those and no others: every row that the line table has of it, and what each stands for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dwarf/records.h"

namespace coretap::debug {

/// What a row of a line is, beside those where an execution of the line begins.
enum class RowRole : uint8_t {
  Site,          ///< an execution of the line begins here
  SameAddress,   ///< another row at the address of a site
  NotStatement,  ///< the compiler says that no statement begins here (is_stmt)
  LaterPart,     ///< the increment or the test of a loop that the line heads
  LeadIn,  ///< only leads to a site: an operand that is loaded ahead, a test that a compiler wrote
  OtherPart,     ///< of a part of the line that is not its first, by its column
  LoopTurn,      ///< in the loop that the line heads: each turn, and not each execution, passes it
  Jump,          ///< nothing but a jump
  Continuation,  ///< goes on with an execution that began at a site
};

/// Why a line may count less than it runs.
enum class Doubt : uint8_t {
  Nothing,    ///< it counts exactly
  Beginning,  ///< which rows begin an execution is not sure: the beginning left no trace of its own
  WayIn,      ///< the line's code is in its loop only, and nothing else leads into that
  SeveralAtOnce,  ///< one instruction does the work of several executions
  OtherWay,       ///< its code can be come to without passing a site
  MergedCopies,   ///< behind one site the same is done several times
};

/// How the sites of a line are found. See the top of statements.cpp.
enum class SiteRule : uint8_t {
  Markers,      ///< by gcc's statement markers
  ControlFlow,  ///< by the ways that control takes between the line's rows
  Blocks,       ///< the lowest row of each block, where the code cannot be decoded
};

/// The rows of one line in one function or one inlined copy.
struct LineEvidence {
  struct Row {
    uint64_t address = 0;
    uint32_t column = 0;  ///< 0: the compiler did not say
    bool is_stmt = false;
    RowRole role = RowRole::Site;
    uint64_t site =
        0;  ///< where the probe of a Site is: elsewhere than the row, if its code was moved
    bool is_behind_prologue = false;  ///< that is so because the row is at the function's entry
  };
  SourceLine source;
  std::string function;  ///< "" if it is not known
  bool is_inlined = false;
  uint64_t entry = 0;  ///< of the function or the copy
  SiteRule rule = SiteRule::ControlFlow;
  Doubt doubt = Doubt::Nothing;
  uint64_t doubt_at = 0;  ///< the address that shows it; 0: there is none to show
  std::vector<Row> rows;  ///< by address
};

/// What there is of the lines that are asked about.
struct LineStory {
  std::vector<LineEvidence> copies;  ///< empty: the line table has no row of them
  /// If it is one line: it declares a local variable of a function, which need not take code.
  bool declares = false;
};

}  // namespace coretap::debug
