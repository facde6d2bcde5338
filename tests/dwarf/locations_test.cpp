// Variables and their locations against gdb: our expression trees are printed as gdb expressions (gdb_value.h)
// and evaluated in the stopped program, beside gdb's own reading of the variable.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "debug_test.h"
#include "gdb_value.h"
#include "tests/common/matches.h"

namespace coretap::debug {
namespace {

const char kSource[] = "variables.c";

struct Question {
  uint64_t pc;
  std::string name;
  std::string ours;  ///< gdb expression; "" = we say that it is not available
};

/// Runs the program; at each pc, evaluates both sides. Lines "pc name ours theirs".
std::map<std::string, std::pair<std::string, std::string>> ask_gdb(
    const std::string& program, const std::vector<Question>& questions) {
  std::set<uint64_t> stops;
  std::vector<std::string> commands{"python", "table = {}"};
  for (const Question& question : questions) {
    stops.insert(question.pc);
    commands.push_back("table.setdefault(" + hex(question.pc) + ", []).append(('" + question.name +
                       "', '" + question.ours + "'))");
  }
  for (const char* line :
       {"def value(text):", "  if text == '': return 'unavailable'",
        "  try:", "    return str(int(gdb.parse_and_eval(text)))",
        "  except gdb.error as e:", "    why = str(e)",
        "    return 'unavailable' if 'optimized out' in why else 'error:' + why.replace(' ', '_')",
        "end", "python", "def is_seen(name):", "  found = gdb.lookup_symbol(name)[0]",
        "  return found is not None and found.symtab.filename.endswith('variables.c')", "end"})
    commands.push_back(line);
  for (uint64_t stop : stops) commands.push_back("tbreak *" + hex(stop));
  for (const char* line :
       {"run", "python", "while True:", "  try:", "    pc = int(gdb.parse_and_eval('(long)$pc'))",
        "  except gdb.error:", "    break", "  for name, ours in table.get(pc, []):",
        // Where an inlined call begins on a row of the caller gdb is in the callee already.
        "    if is_seen(name): print('ANSWER', hex(pc), name, value(ours), value('(long)' + name))",
        "  try:", "    gdb.execute('continue', to_string=True)", "  except gdb.error:", "    break",
        "end"})
    commands.push_back(line);
  std::string output = gdb(program, commands);
  std::map<std::string, std::pair<std::string, std::string>> answers;
  for (const Groups& groups : all_matches(output, "ANSWER (\\S+) (\\S+) (\\S+) (\\S+)"))
    answers[groups[1] + " " + groups[2]] = {groups[3], groups[4]};
  EXPECT_FALSE(answers.empty()) << output;
  return answers;
}

class Locations : public testing::TestWithParam<Build> {};

TEST_P(Locations, AgreeWithGdbAtStopLines) {
  std::string program = compile(kSource, GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  std::vector<Question> questions;
  unsigned unanswerable = 0;
  for (const auto& [line, text] : source_lines(kSource)) {
    if (text.find("/* STOP */") == std::string::npos) continue;
    for (const LineSite& site : module->line_sites("*", kSource, line, line, false, false))
      for (const Variable& variable : module->variables_at(site.pc, false, site.scope)) {
        VarLocation location = module->location_at(variable, site.pc);
        ASSERT_TRUE(variable.type) << variable.name;
        if (!variable.type->is_scalar() || location.kind == VarLocation::Unsupported) continue;
        std::string ours = scalar_expression(*variable.type, location);
        if (location.kind != VarLocation::Unavailable && ours.empty()) {
          unanswerable++;  // values on entry
          continue;
        }
        questions.push_back({site.pc, variable.name, ours});
      }
  }
  ASSERT_GT(questions.size(), 20u);
  EXPECT_LT(unanswerable, questions.size() / 4);
  size_t compared = 0;
  for (const auto& [where, answer] : ask_gdb(program, questions)) {
    EXPECT_EQ(answer.first, answer.second) << program << " " << where;
    compared += answer.first != "unavailable";
  }
  EXPECT_GT(compared, 10u);
}

TEST_P(Locations, ParametersAtFunctionProbes) {
  std::string program = compile(kSource, GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  auto functions = module->functions("many_parameters", "", false);
  ASSERT_EQ(functions.size(), 1u);
  const std::map<std::string, long> expected{
      {"a", 1},   {"b", 1L << 40},  {"c", 'x'},           {"d", -7},
      {"e", 200}, {"on_stack", 77}, {"also_on_stack", 88}};
  // Both at the place for function probes and at the entry itself.
  for (uint64_t pc : {functions[0].prologue_end, functions[0].entry_pc}) {
    std::vector<Question> questions;
    for (const Variable& variable : module->variables_at(pc, false, functions[0].die_offset)) {
      if (!expected.count(variable.name)) continue;
      VarLocation location = module->location_at(variable, pc);
      EXPECT_TRUE(location.kind == VarLocation::Memory || location.kind == VarLocation::Value)
          << variable.name << ": " << location.why;
      std::string ours = scalar_expression(*variable.type, location);
      // clang -O0 describes stack arguments by rbp, which is not set up at the entry.
      if (pc == functions[0].entry_pc && pc != functions[0].prologue_end &&
          variable.name.find("on_stack") != std::string::npos)
        continue;
      questions.push_back({pc, variable.name, ours});
    }
    ASSERT_GE(questions.size(), 5u);
    for (const auto& [where, answer] : ask_gdb(program, questions)) {
      std::string name = where.substr(where.find(' ') + 1);
      EXPECT_EQ(answer.first, std::to_string(expected.at(name))) << program << " " << where;
    }
  }
}

TEST_P(Locations, ReturnLocationsFollowTheAbi) {
  auto module = open_module(compile(kSource, GetParam()));
  ASSERT_TRUE(module);
  auto at = [&](const char* name) {
    auto functions = module->functions(name, "", false);
    EXPECT_EQ(functions.size(), 1u) << name;
    return functions.empty() ? 0 : functions[0].entry_pc;
  };
  VarLocation byte = module->return_location(at("returns_byte"));
  ASSERT_EQ(byte.kind, VarLocation::Value);
  EXPECT_EQ(byte.expr->op, LocExpr::Reg);
  EXPECT_EQ(byte.expr->value, 0);
  VarLocation pair = module->return_location(at("returns_pair"));
  ASSERT_EQ(pair.kind, VarLocation::Pieces);
  ASSERT_EQ(pair.pieces.size(), 2u);
  EXPECT_EQ(pair.pieces[0].location->expr->value, 0);  // rax
  EXPECT_EQ(pair.pieces[1].location->expr->value, 1);  // rdx
  VarLocation big = module->return_location(at("returns_big"));
  ASSERT_EQ(big.kind, VarLocation::Memory);
  EXPECT_EQ(big.expr->value, 0);
  EXPECT_EQ(module->return_location(at("returns_double")).kind, VarLocation::Unsupported);
  EXPECT_EQ(module->return_type(at("returns_nothing")), nullptr);
  EXPECT_EQ(module->return_location(at("returns_nothing")).kind, VarLocation::Unavailable);
}

TEST_P(Locations, GlobalsAndThreadLocals) {
  std::string program = compile(kSource, GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  auto counter = module->global_variable("global_counter");
  ASSERT_TRUE(counter);
  VarLocation location = module->location_at(*counter, 0);
  ASSERT_EQ(location.kind, VarLocation::Memory);
  ASSERT_EQ(location.expr->op, LocExpr::StaticAddr);
  std::string symbols = shell("nm " + program);
  char line[64];
  snprintf(line, sizeof line, "%016lx D global_counter", static_cast<long>(location.expr->value));
  EXPECT_NE(symbols.find(line), std::string::npos) << line;
  auto thread_local_variable = module->global_variable("per_thread");
  ASSERT_TRUE(thread_local_variable);
  location = module->location_at(*thread_local_variable, 0);
  ASSERT_EQ(location.kind, VarLocation::Memory);
  const std::string ours = gdb_expression(*location.expr);
  ASSERT_NE(ours.find("$fs_base"), std::string::npos) << ours;
  const std::string same =
      gdb(program, {"break main", "run", "print (long)&per_thread == (long)" + ours});
  EXPECT_NE(same.find(" = 1"), std::string::npos) << ours << same;
}

/// joins.s: at the first of two rows, the register that holds a variable on every way to the address; -1: none is sure to.
TEST(MergedLocations, HoldOnEveryWay) {
  auto module = open_module(compile("joins.s", {"gcc", "-x assembler"}));
  ASSERT_TRUE(module);
  constexpr int kRax = 0, kRcx = 2, kRbx = 3, kRefused = -1;
  const struct {
    unsigned line;
    const char* variable;
    int dwarf_register;
  } cases[] = {
      {2, "same_at_jump", kRbx},
      {3, "same_at_jump", kRcx},
      {2, "as_instruction", kRcx},
      {2, "elsewhere_at_jump", kRefused},
      {3, "elsewhere_at_jump", kRcx},
      {2, "unknown_at_jump", kRefused},
      {2, "goes_on", kRax},
      {2, "of_statement", kRcx},
      {4, "plain", kRax},
      {5, "plain", kRcx},
      {6, "at_loop", kRcx},
      {6, "lost_in_loop", kRefused},
      {7, "lost_in_loop", kRcx},
      {8, "at_case", kRcx},
      {8, "lost_at_case", kRefused},
      {10, "at_pad", kRefused},
      {11, "at_pad", kRcx},
      {12, "in_cold", kRcx},
  };
  for (const auto& [line, name, wanted] : cases) {
    auto sites = module->line_sites("*", "joins.c", line, line, false, false);
    ASSERT_EQ(sites.size(), 1u) << line;
    const CodePoint point(sites[0].pc, sites[0].view);
    auto variables = module->variables_at(point.pc, false, sites[0].scope);
    auto variable = std::find_if(
        variables.begin(), variables.end(),
        [&, wanted_name = name](const Variable& each) { return each.name == wanted_name; });
    ASSERT_NE(variable, variables.end()) << name;
    const VarLocation location = module->location_at(*variable, point);
    if (wanted == kRefused) {
      EXPECT_EQ(location.kind, VarLocation::Unavailable) << name << " in line " << line;
      EXPECT_NE(location.why.find("in several ways"), std::string::npos) << location.why;
    } else {
      ASSERT_EQ(location.kind, VarLocation::Value) << name << " in line " << line << location.why;
      EXPECT_EQ(location.expr->op, LocExpr::Reg);
      EXPECT_EQ(location.expr->value, wanted) << name << " in line " << line;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Compilers, Locations, testing::ValuesIn(builds({"-O0", "-O1", "-O2"})),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace coretap::debug
