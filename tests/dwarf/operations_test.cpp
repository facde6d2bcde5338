// Each DWARF operation that location_machine.cpp runs, in an expression of programs/operations.s, against gdb.
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "debug_test.h"
#include "gdb_value.h"
#include "tests/common/matches.h"

namespace coretap::debug {
namespace {

/// What a number cannot show, and the test that has it.
const std::set<std::string> kElsewhere = {
    "DW_OP_entry_value",       // the caller's frame: tests/live/test_values.py
    "DW_OP_GNU_entry_value",   //
    "DW_OP_implicit_pointer",  // points to what is not in memory: tests/probes/variables_test.cpp
    "DW_OP_GNU_implicit_pointer",  //
    "DW_OP_form_tls_address",      // of a thread: locations_test.cpp
    "DW_OP_GNU_push_tls_address",  //
    "DW_OP_push_object_address",   // of a member: types_test.cpp
    "DW_OP_GNU_uninit",            // libdw 0.188 refuses an expression with it
};

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(DWARF_TEST_PROGRAMS) + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The operations that `text` has besides in comments and definitions.
std::set<std::string> operations(const std::string& text) {
  std::string code = replace_matches(text, "//[^\n]*|\n#[^\n]*|\n\tDW_OP_\\w+ =", "\n");
  std::set<std::string> found;
  for (const Groups& groups : all_matches(code, "\\bDW_OP_(?!reg31|breg31)\\w+"))
    found.insert(groups[0]);
  return found;
}

TEST(Operations, EachHasAnExpression) {
  std::set<std::string> tested = operations(text_of("operations.s"));
  std::set<std::string> run = operations(text_of("../../../dwarf/location_machine.cpp"));
  ASSERT_GT(run.size(), 60u);
  for (const std::string& name : run)
    EXPECT_EQ(tested.count(name) + kElsewhere.count(name), 1u)
        << name << " has no expression in operations.s";
}

/// The low `bytes` bytes of each piece, one above the other.
std::string value_of(const Type& type, const VarLocation& location) {
  if (location.kind != VarLocation::Pieces) return scalar_expression(type, location);
  std::string sum = "(0";
  uint64_t at = 0;
  for (const VarLocation::Piece& piece : location.pieces) {
    sum += " | (((unsigned long)" + scalar_expression(type, *piece.location) + " & " +
           hex((uint64_t{1} << (8 * piece.byte_size)) - 1) + ") << " + std::to_string(8 * at) + ")";
    at += piece.byte_size;
  }
  return "(long)" + sum + ")";
}

TEST(Operations, AgreeWithGdb) {
  std::string program = compile("operations.s", {"gcc", "-x assembler"});
  auto module = open_module(program);
  ASSERT_TRUE(module);
  auto sites = module->line_sites("*", "operations.c", 2, 2, false, false);
  ASSERT_EQ(sites.size(), 1u);
  std::vector<std::string> commands{"tbreak *" + hex(sites[0].pc), "run"};
  size_t asked = 0;
  for (const Variable& variable : module->variables_at(sites[0].pc, false, sites[0].scope)) {
    VarLocation location = module->location_at(variable, sites[0].pc);
    std::string ours = variable.type ? value_of(*variable.type, location) : "";
    EXPECT_NE(ours, "") << variable.name << ": " << location.why;
    if (ours.empty()) continue;
    // gdb 13 has the GNU operation of the same meaning, and says 4711 of it.
    std::string theirs = variable.name == "constant_by_index" ? "4711" : variable.name;
    commands.push_back("printf \"ANSWER " + variable.name + " %ld %ld\\n\", " + ours + ", " +
                       theirs);
    asked++;
  }
  std::string output = gdb(program, commands);
  const std::vector<Groups> answers = all_matches(output, "ANSWER (\\S+) (\\S+) (\\S+)");
  for (const Groups& groups : answers) EXPECT_EQ(groups[2], groups[3]) << groups[1];
  EXPECT_GT(asked, 50u);
  EXPECT_EQ(answers.size(), asked) << output;
}

/// Calls that no compiler writes, and damaged files have: none runs for long, and each says what is wrong.
TEST(Operations, RefusedCalls) {
  auto module =
      open_module(compile("operations.s", {"gcc", "-x assembler -Wa,--defsym,REFUSED=1"}));
  ASSERT_TRUE(module);
  const auto sites = module->line_sites("*", "operations.c", 2, 2, false, false);
  ASSERT_EQ(sites.size(), 1u);
  const std::map<std::string, std::string> expected = {
      {"calls_itself", "refers to itself"},
      {"many_calls", "too long"},
      {"calls_without_end", "too long"},
      {"calls_a_value", "a call of what is not in memory"},
  };
  size_t found = 0;
  for (const Variable& variable : module->variables_at(sites[0].pc, false, sites[0].scope)) {
    const auto words = expected.find(variable.name);
    if (words == expected.end()) continue;
    const VarLocation location = module->location_at(variable, sites[0].pc);
    EXPECT_NE(location.why.find(words->second), std::string::npos) << variable.name << location.why;
    found++;
  }
  EXPECT_EQ(found, expected.size());
}

}  // namespace
}  // namespace coretap::debug
