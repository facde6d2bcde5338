#include "dwarf/lines.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "dwarf/code_flow.h"
#include "dwarf/coroutines.h"
#include "dwarf/debug_data.h"
#include "dwarf/declared_lines.h"
#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/scopes.h"
#include "dwarf/statements.h"

namespace coretap::debug {
namespace {

/// Interns the file names of one unit: libdw gives the same pointer for the same file.
class FileTable {
 public:
  FileTable(UnitLines& lines, const std::string& comp_dir) : lines_(lines), comp_dir_(comp_dir) {}
  uint32_t index_of(const char* name) {
    auto [found, is_new] = by_pointer_.try_emplace(name, 0);
    if (!is_new) return found->second;
    std::string path = absolute_source_path(name ? name : "", comp_dir_);
    auto same = std::find(lines_.files.begin(), lines_.files.end(), path);
    found->second = static_cast<uint32_t>(same - lines_.files.begin());
    if (same == lines_.files.end()) lines_.files.push_back(std::move(path));
    return found->second;
  }

 private:
  UnitLines& lines_;
  const std::string& comp_dir_;
  std::unordered_map<const char*, uint32_t> by_pointer_;
};

std::vector<bool> matching_files(const UnitLines& lines, const std::string& glob) {
  std::vector<bool> matches;
  for (const std::string& file : lines.files) matches.push_back(file_matches(glob, file));
  return matches;
}

/// Line range of a query in one function: absolute, or relative to where it is declared.
struct LineRange {
  uint32_t first, last;
  bool contains(uint32_t line) const { return line >= first && line <= last; }
};

/// Runs one LineQuery over all units.
class SiteFinder {
 public:
  /// `story`: is filled with what the sites are chosen from, unless it is null.
  SiteFinder(const DebugData& data, const LineQuery& query, LineStory* story = nullptr)
      : data_(data), query_(query), story_(story) {}

  std::vector<LineSite> run() {
    for (const Unit& unit : data_.units())
      if (!unit.is_partial) scan(unit);
    std::vector<LineSite> sites;
    for (auto& [key, site] : sites_) sites.push_back(std::move(site));
    return sites;
  }

 private:
  void scan(const Unit& unit) {
    const UnitLines& lines = data_.lines(unit);
    std::vector<bool> wanted_file = matching_files(lines, query_.file_glob);
    if (std::find(wanted_file.begin(), wanted_file.end(), true) == wanted_file.end()) return;
    const UnitScopes& scopes = data_.scopes(unit);
    if (story_ && query_.first == query_.last) look_for_declarations(unit);
    // Rows of one line in one function or inlined copy decide together which of them are sites.
    std::map<std::tuple<int, uint32_t, uint32_t>, std::vector<size_t>> groups;
    for (size_t i = 0; i < lines.rows.size(); i++) {
      const LineRow& row = lines.rows[i];
      if (row.end_sequence || row.line == 0 || !wanted_file[row.file]) continue;
      int scope = scopes.scope_of_row(lines, row);
      if (!function_matches(scopes, scope)) continue;
      if (!range_in(unit, scope, row).contains(row.line)) continue;
      groups[{scopes.function_of(scope), row.file, row.line}].push_back(i);
    }
    // g++ gives the thunk of a virtual function the line that opens the function, and no entry of its own.
    std::set<std::pair<uint32_t, uint32_t>> opening;
    for (const auto& [key, rows] : groups)
      if (opens_function(scopes, std::get<0>(key), std::get<2>(key)))
        opening.insert({std::get<1>(key), std::get<2>(key)});
    for (auto& [key, rows] : groups) {
      const auto& [function, file, line] = key;
      if (function < 0 && opening.count({file, line}) != 0)
        std::erase_if(rows, [&](size_t i) { return leads_away(data_, lines.rows[i].address); });
      if (rows.empty()) continue;
      StatementStarts found = statement_starts(data_, unit, rows, story_ != nullptr);
      if (story_) add_evidence(unit, function, rows, found);
      for (const StatementStart& start : found.starts)
        add_site(unit, function, start, found.may_miss);
    }
  }

  void add_evidence(const Unit& unit, int function, const std::vector<size_t>& rows,
                    const StatementStarts& found) {
    const UnitLines& lines = data_.lines(unit);
    const UnitScopes& scopes = data_.scopes(unit);
    LineEvidence evidence;
    const LineRow& first = lines.rows[rows.front()];
    evidence.source = {lines.files[first.file], first.line, first.column};
    if (function >= 0) {
      Dwarf_Die die = scopes.at(function).die;
      evidence.function = function_name(data_, &die);
      evidence.is_inlined = scopes.at(function).is_inlined();
      evidence.entry = die_entry_pc(&die).value_or(0);
    }
    evidence.rule = found.rule;
    evidence.doubt = found.doubt;
    evidence.doubt_at = found.doubt_at;
    for (size_t i = 0; i < rows.size(); i++) {
      const LineRow& row = lines.rows[rows[i]];
      LineEvidence::Row one{row.address, row.column, row.is_stmt, found.roles[i]};
      for (const StatementStart& start : found.starts) {
        if (start.row != rows[i]) continue;
        one.site = point_of(unit, start).pc;
        one.is_behind_prologue = start.point.pc == row.address && one.site != row.address;
      }
      evidence.rows.push_back(one);
    }
    story_->copies.push_back(std::move(evidence));
  }

  /// Where the probe for a start goes.
  CodePoint point_of(const Unit& unit, const StatementStart& start) const {
    const LineRow& row = data_.lines(unit).rows[start.row];
    const bool is_moved = start.point != CodePoint(row.address, row.view);
    return is_moved ? start.point : site_point(data_, unit, row);
  }

  void look_for_declarations(const Unit& unit) {
    const UnitScopes& scopes = data_.scopes(unit);
    DeclaredLines& declared = data_.declared_lines(unit);
    for (int i = 0; i < static_cast<int>(scopes.all().size()) && !story_->declares; i++) {
      if (!scopes.at(i).is_function() || !function_matches(scopes, i)) continue;
      story_->declares =
          declared.declaring_scope(i, query_.first) >= 0 || declared.is_in_origin(i, query_.first);
    }
  }

  static bool opens_function(const UnitScopes& scopes, int function, uint32_t line) {
    int declared = 0;
    if (function < 0) return false;
    Dwarf_Die die = scopes.at(function).die;
    return dwarf_decl_line(&die, &declared) == 0 && static_cast<uint32_t>(declared) == line;
  }

  /// The lines that are wanted of the row's file. Relative ones count from the function that the query names, whatever is
  /// inlined into it there.
  LineRange range_in(const Unit& unit, int scope, const LineRow& row) {
    if (query_.first == 0 && query_.last == 0) return {1, UINT32_MAX};
    if (!query_.relative) return {query_.first, query_.last};
    const UnitScopes& scopes = data_.scopes(unit);
    const int function = names_all() ? scopes.function_of(scope) : named_function(scopes, scope);
    int line = 0;
    if (function < 0) return {1, 0};
    Dwarf_Die die = scopes.at(function).die;
    const char* file = dwarf_decl_file(&die);
    if (dwarf_decl_line(&die, &line) != 0 || !file) return {1, 0};
    if (absolute_source_path(file, unit.comp_dir) != data_.lines(unit).files[row.file])
      return {1, 0};
    auto base = static_cast<uint32_t>(line);
    return {base + query_.first, base + query_.last};
  }

  bool names_all() const { return query_.function_glob.empty() || query_.function_glob == "*"; }

  bool function_matches(const UnitScopes& scopes, int scope) {
    return names_all() || named_function(scopes, scope) >= 0;
  }

  /// The innermost function around the scope (inlined copies, then the real one) that the query names, or -1.
  int named_function(const UnitScopes& scopes, int scope) {
    auto [cached, is_new] = named_.try_emplace({&scopes, scope}, -1);
    if (!is_new) return cached->second;
    const NameQuery name{query_.function_glob, query_.is_bare};
    for (int i = scope; i >= 0 && cached->second < 0; i = scopes.at(i).parent) {
      Dwarf_Die die = scopes.at(i).die;
      if (scopes.at(i).is_function() && function_name_matches(data_, &die, name))
        cached->second = i;
    }
    return cached->second;
  }

  /// `instance`: index of the function, or inlined copy, that the row belongs to.
  void add_site(const Unit& unit, int instance, const StatementStart& start, bool may_miss) {
    const UnitLines& lines = data_.lines(unit);
    const UnitScopes& scopes = data_.scopes(unit);
    const LineRow& row = lines.rows[start.row];
    LineSite site;
    const CodePoint point = point_of(unit, start);
    // Ranges of damaged debug information may go on behind the code.
    if (!data_.object().file_offset(point.pc)) return;
    site.pc = point.pc;
    site.view = point.view;
    site.may_miss = may_miss;
    site.may_repeat = is_resumed_unseen(data_, site.pc);
    site.source = {lines.files[row.file], row.line, row.column};
    int scope = scopes.scope_of_row(lines, row);
    if (scope >= 0) {
      Dwarf_Die die = scopes.at(scope).die;
      site.scope = data_.die_number(&die);
    }
    int function = scopes.function_of(scope), real = scopes.real_function_of(scope);
    if (function >= 0) {
      Dwarf_Die die = scopes.at(function).die;
      site.function = function_name(data_, &die);
    }
    if (real >= 0) {
      Dwarf_Die die = scopes.at(real).die;
      site.function_entry = die_entry_pc(&die).value_or(0);
    }
    sites_.try_emplace({site.pc, site.view, site.source.line, &scopes, instance}, std::move(site));
  }

  const DebugData& data_;
  const LineQuery& query_;
  LineStory* story_;
  std::map<std::pair<const UnitScopes*, int>, int> named_;
  /// By place, line and inlined copy: several copies may begin at one address, and all run.
  std::map<std::tuple<uint64_t, uint32_t, uint32_t, const UnitScopes*, int>, LineSite> sites_;
};

}  // namespace

UnitLines read_lines(const DebugData& data, const Unit& unit) {
  UnitLines lines;
  Dwarf_Die die = unit.skeleton;
  Dwarf_Lines* table = nullptr;
  size_t count = 0;
  if (dwarf_getsrclines(&die, &table, &count) != 0) return lines;
  FileTable files(lines, unit.comp_dir);
  lines.rows.reserve(count);
  for (size_t i = 0; i < count; i++) {
    Dwarf_Line* source = dwarf_onesrcline(table, i);
    LineRow row;
    Dwarf_Addr address = 0;
    int line = 0, column = 0;
    if (dwarf_lineaddr(source, &address) != 0 || dwarf_lineno(source, &line) != 0) continue;
    dwarf_linecol(source, &column);
    dwarf_linebeginstatement(source, &row.is_stmt);
    dwarf_lineendsequence(source, &row.end_sequence);
    dwarf_lineprologueend(source, &row.prologue_end);
    // The end of a sequence is one past its code and may be outside of every segment.
    // A row elsewhere outside of the unit's own code is of a function that the linker discarded.
    if (!row.end_sequence && data.unit_at(address) != &unit) continue;
    row.address = address;
    row.line = static_cast<uint32_t>(line);
    row.column = static_cast<uint16_t>(std::min(column, 0xffff));
    row.file = files.index_of(dwarf_linesrc(source, nullptr, nullptr));
    // libdw sorts by address and keeps the order of one address. An architecture whose assembler advances by
    // DW_LNS_fixed_advance_pc (RISC-V) would go on counting there; none that we know does.
    const LineRow* previous = lines.rows.empty() ? nullptr : &lines.rows.back();
    if (previous && previous->address == address && !previous->end_sequence)
      row.view = previous->view + 1;
    lines.rows.push_back(row);
  }
  return lines;
}

std::vector<SourceLine> find_code_lines(const DebugData& data, const std::string& file_glob) {
  std::set<std::pair<std::string, uint32_t>> found;
  for (const Unit& unit : data.units()) {
    if (unit.is_partial) continue;
    const UnitLines& lines = data.lines(unit);
    std::vector<bool> wanted = matching_files(lines, file_glob);
    for (const LineRow& row : lines.rows)
      if (row.is_stmt && !row.end_sequence && row.line != 0 && wanted[row.file])
        found.emplace(lines.files[row.file], row.line);
  }
  std::vector<SourceLine> out;
  for (const auto& [file, line] : found) out.push_back({file, line, 0});
  return out;
}

namespace {

std::vector<LineSite> sites_of(const DebugData& data, const LineQuery& query) {
  std::vector<LineSite> sites = SiteFinder(data, query).run();
  if (!sites.empty() || !query.nearest || query.first == 0) return sites;
  LineQuery open_ended = query;
  open_ended.last = UINT32_MAX / 2;
  open_ended.nearest = false;
  std::vector<LineSite> following = SiteFinder(data, open_ended).run();
  uint32_t nearest = UINT32_MAX;
  for (const LineSite& site : following) nearest = std::min(nearest, site.source.line);
  for (LineSite& site : following)
    if (site.source.line == nearest) sites.push_back(std::move(site));
  return sites;
}

}  // namespace

std::vector<LineSite> find_line_sites(const DebugData& data, const LineQuery& query) {
  LineQuery one = query;
  for (const NameQuery& name : queries_of(query.function_glob)) {
    one.is_bare = name.is_bare;
    std::vector<LineSite> sites = sites_of(data, one);
    if (!sites.empty()) return sites;
  }
  return {};
}

LineStory find_line_story(const DebugData& data, const LineQuery& query) {
  LineQuery one = query;
  LineStory story;
  for (const NameQuery& name : queries_of(query.function_glob)) {
    one.is_bare = name.is_bare;
    SiteFinder(data, one, &story).run();
    if (!story.copies.empty() || story.declares) break;
  }
  return story;
}

std::optional<SourceLine> find_line_at(const DebugData& data, CodePoint point) {
  const Unit* unit = data.unit_at(point.pc);
  if (!unit) return std::nullopt;
  const UnitLines& lines = data.lines(*unit);
  auto after = std::upper_bound(
      lines.rows.begin(), lines.rows.end(), point, [](const CodePoint& value, const LineRow& row) {
        return value.pc != row.address ? value.pc < row.address : value.view < row.view;
      });
  if (after == lines.rows.begin()) return std::nullopt;
  const LineRow& row = *std::prev(after);
  if (row.end_sequence) return std::nullopt;
  return SourceLine{lines.files[row.file], row.line, row.column};
}

void add_lines_in(const DebugData& data, uint64_t start, uint64_t end, const std::string& file,
                  std::vector<uint32_t>& found) {
  const Unit* unit = data.unit_at(start);
  if (!unit) return;
  const UnitLines& lines = data.lines(*unit);
  const auto wanted = static_cast<uint32_t>(
      std::find(lines.files.begin(), lines.files.end(), file) - lines.files.begin());
  if (wanted == lines.files.size()) return;
  auto row = std::upper_bound(lines.rows.begin(), lines.rows.end(), start,
                              [](uint64_t value, const LineRow& r) { return value < r.address; });
  if (row != lines.rows.begin()) --row;
  for (; row != lines.rows.end() && row->address < end; ++row)
    if (!row->end_sequence && row->file == wanted && row->line != 0) found.push_back(row->line);
}

}  // namespace coretap::debug
