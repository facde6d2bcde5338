// Line tables, and which of their rows are places where a statement begins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dwarf/module.h"

namespace coretap::debug {

class DebugData;
struct Unit;

/// One row of a unit's line table.
struct LineRow {
  uint64_t address = 0;
  uint32_t line = 0;
  uint32_t file = 0;  ///< index into UnitLines::files
  uint32_t view = 0;  ///< how many rows of its sequence come before it at the same address
  uint16_t column = 0;
  bool is_stmt = false;
  bool end_sequence = false;
  bool prologue_end = false;
};

struct UnitLines {
  std::vector<std::string> files;  ///< absolute
  std::vector<LineRow> rows;       ///< by address; rows of one address in table order
};

/// Decodes the unit's table; rows of code that the linker discarded are left out.
UnitLines read_lines(const DebugData& data, const Unit& unit);

/// A query for Module::line_sites.
struct LineQuery {
  std::string function_glob, file_glob;
  uint32_t first = 0, last = 0;
  bool relative = false, nearest = false;
  bool is_bare = false;  ///< see NameQuery
};
std::vector<LineSite> find_line_sites(const DebugData& data, const LineQuery& query);
/// What the rows are that the sites were chosen from, also where there is no site.
LineStory find_line_story(const DebugData& data, const LineQuery& query);
std::vector<SourceLine> find_code_lines(const DebugData& data, const std::string& file_glob);
/// The line of the row at `point`, or of the last one before it.
std::optional<SourceLine> find_line_at(const DebugData& data, CodePoint point);
/// Adds the lines of a source file that code in [start, end) belongs to, each as often as rows say so.
void add_lines_in(const DebugData& data, uint64_t start, uint64_t end, const std::string& file,
                  std::vector<uint32_t>& lines);

}  // namespace coretap::debug
