// Line sites against what really runs: gdb counts the hits of breakpoints at our addresses.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "debug_test.h"
#include "tests/common/matches.h"

namespace coretap::debug {
namespace {

/// Lines of programs/counts.c that say how often they run.
std::map<unsigned, unsigned> expected_counts(const std::string& source) {
  std::map<unsigned, unsigned> counts;
  for (const auto& [number, text] : source_lines(source)) {
    Groups match = first_match(text, "/\\* COUNT (\\d+) \\*/");
    if (!match.empty()) counts[number] = static_cast<unsigned>(std::stoul(match[1]));
  }
  return counts;
}

/// Hits of breakpoints at `addresses` during a whole run, by address.
std::map<uint64_t, unsigned> hits(const std::string& program,
                                  const std::vector<uint64_t>& addresses) {
  std::vector<std::string> commands;
  std::vector<uint64_t> numbered;
  for (uint64_t address : addresses) {
    commands.push_back("break *" + hex(address));
    numbered.push_back(address);
    commands.push_back("ignore " + std::to_string(numbered.size()) + " 1000000");
  }
  commands.push_back("run");
  commands.push_back("info breakpoints");
  std::string output = gdb(program, commands);
  std::map<uint64_t, unsigned> result;
  const char* pattern =
      "(?:^|\\n)(\\d+) +breakpoint .*(?:\\n\\s*breakpoint already hit (\\d+) time)?";
  for (const Groups& groups : all_matches(output, pattern)) {
    size_t number = std::stoul(groups[1]);
    if (number >= 1 && number <= numbered.size())
      result[numbered[number - 1]] =
          groups[2].empty() ? 0 : static_cast<unsigned>(std::stoul(groups[2]));
  }
  EXPECT_EQ(result.size(), addresses.size()) << output;
  return result;
}

class LineCounts : public testing::TestWithParam<Build> {};

TEST_P(LineCounts, EachExecutionOfALineCountsOnce) {
  const std::string source = "counts.c";
  std::string program = compile(source, GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  std::map<unsigned, std::vector<LineSite>> sites;
  std::vector<uint64_t> addresses;
  for (auto [line, count] : expected_counts(source)) {
    sites[line] = module->line_sites("*", source, line, line, false, false);
    EXPECT_FALSE(sites[line].empty()) << "line " << line;
    for (const LineSite& site : sites[line]) addresses.push_back(site.pc);
  }
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  std::map<uint64_t, unsigned> hit = hits(program, addresses);
  for (auto [line, count] : expected_counts(source)) {
    unsigned total = 0;
    std::string where;
    for (const LineSite& site : sites[line]) {
      total += hit[site.pc];
      where += " " + hex(site.pc) + ":" + std::to_string(hit[site.pc]);
    }
    EXPECT_EQ(total, count) << program << " line " << line << ":" << where;
  }
}

/// A breakpoint on each site of the query, counted together.
unsigned total_hits(const std::string& program, const std::vector<uint64_t>& addresses) {
  unsigned total = 0;
  for (auto [address, count] : hits(program, addresses)) total += count;
  return total;
}

/// Function probes count calls, also where the body begins with a loop.
TEST_P(LineCounts, FunctionProbesCountCalls) {
  const std::string source = "counts.c";
  std::string program = compile(source, GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  const std::map<std::string, unsigned> calls{
      {"consume", 52}, {"recurse", 7}, {"sum_loop", 1}, {"do_while_body", 1}, {"loops_at_once", 2}};
  for (const auto& [name, count] : calls) {
    auto functions = module->functions(name, source, false);
    ASSERT_GE(functions.size(), 1u) << name;  // several: clones for constant arguments
    std::vector<uint64_t> ends, entries;
    for (const Function& function : functions) {
      ends.push_back(function.prologue_end);
      entries.push_back(function.entry_pc);
    }
    EXPECT_EQ(total_hits(program, ends), count) << program << " " << name;
    EXPECT_EQ(total_hits(program, entries), count) << program << " " << name;
  }
}

/// Every is_stmt row that readelf decodes is a line with code, and the other way round.
TEST_P(LineCounts, CodeLinesAreReadelfsStatements) {
  const std::string source = "counts.c";
  std::string program = compile(source, GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  std::set<unsigned> ours, theirs, with_sites;
  for (const SourceLine& line : module->code_lines(source)) ours.insert(line.line);
  std::istringstream table(shell("readelf -W --debug-dump=decodedline " + program));
  for (std::string text; std::getline(table, text);) {
    Groups match = first_match(text, "counts\\.c +(\\d+) +0x[0-9a-f]+ .*x\\s*$");
    if (!match.empty() && match[1] != "0")
      theirs.insert(static_cast<unsigned>(std::stoul(match[1])));
  }
  EXPECT_EQ(ours, theirs);
  for (const LineSite& site : module->line_sites("*", source, 0, 0, false, false)) {
    with_sites.insert(site.source.line);
    EXPECT_TRUE(module->is_code(site.pc));
    EXPECT_TRUE(module->file_offset(site.pc));
  }
  EXPECT_EQ(ours, with_sites);
}

TEST_P(LineCounts, RelativeAndNearestLines) {
  const std::string source = "counts.c";
  auto module = open_module(compile(source, GetParam()));
  ASSERT_TRUE(module);
  unsigned loop_line = line_of(source, "sum += data[i]");
  auto function = module->functions("sum_loop", source, false);
  ASSERT_EQ(function.size(), 1u);
  uint32_t offset = loop_line - function[0].decl.line;
  auto absolute = module->line_sites("sum_loop", source, loop_line, loop_line, false, false);
  auto relative = module->line_sites("sum_loop", source, offset, offset, true, false);
  ASSERT_FALSE(absolute.empty());
  ASSERT_EQ(absolute.size(), relative.size());
  EXPECT_EQ(absolute[0].pc, relative[0].pc);
  EXPECT_EQ(absolute[0].function, "sum_loop");
  EXPECT_EQ(absolute[0].function_entry, function[0].entry_pc);
  // A comment line has no code; the nearest following line has.
  unsigned include_line = line_of(source, "#include <stdio.h>");
  EXPECT_TRUE(module->line_sites("*", source, include_line, include_line, false, false).empty());
  auto nearest = module->line_sites("*", source, include_line, include_line, false, true);
  ASSERT_FALSE(nearest.empty());
  EXPECT_GT(nearest[0].source.line, include_line);
  EXPECT_TRUE(module->line_sites("main", source, loop_line, loop_line, false, false).empty());
}

/// parts.s: the sites of a line are at its symbols "at_LINE" and "at_LINE_copy".
TEST(MovedParts, BeginNoExecution) {
  const std::string program = compile("parts.s", {"gcc", "-x assembler"});
  auto module = open_module(program);
  ASSERT_TRUE(module);
  std::map<unsigned, std::set<uint64_t>> wanted;
  for (const Groups& groups :
       all_matches(shell("nm " + program), "([0-9a-f]+) t at_(\\d+)(_copy)?\\n"))
    wanted[static_cast<unsigned>(std::stoul(groups[2]))].insert(
        std::stoull(groups[1], nullptr, 16));
  ASSERT_EQ(wanted.size(), 7u);
  for (const auto& [line, addresses] : wanted) {
    std::set<uint64_t> found;
    for (const LineSite& site : module->line_sites("*", "parts.c", line, line, false, false)) {
      found.insert(site.pc);
      // A store behind a loop, and a sum there, may be all that is left of a copy.
      EXPECT_EQ(site.may_miss, line == 11 || line == 22) << "line " << line;
    }
    EXPECT_EQ(found, addresses) << "line " << line;
  }
}

INSTANTIATE_TEST_SUITE_P(MoreOptions, LineCounts,
                         testing::Values(Build{"gcc", "-O2 -g -funroll-loops"},
                                         Build{"gcc", "-O3 -g -fpeel-loops -ftracer"},
                                         Build{"gcc", "-O2 -g -gno-statement-frontiers"},
                                         Build{"gcc", "-Og -g"}, Build{"clang", "-Og -g"},
                                         Build{"clang", "-Os -g"},
                                         Build{"clang", "-O2 -g -funroll-loops"}),
                         [](const auto& info) { return info.param.name(); });
INSTANTIATE_TEST_SUITE_P(Compilers, LineCounts,
                         testing::ValuesIn(builds({"-O0", "-O1", "-O2", "-O3"})),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace coretap::debug
