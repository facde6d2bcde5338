// Functions, inlined copies, names and entries against gdb and nm.
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <sstream>

#include "debug_test.h"
#include "tests/common/matches.h"

namespace coretap::debug {
namespace {

const char kLibc[] = "/lib/x86_64-linux-gnu/libc.so.6";

/// Addresses of the locations that gdb gives a breakpoint.
std::set<uint64_t> gdb_locations(const std::string& program, const std::string& where) {
  std::string output = gdb(program, {"break " + where, "info breakpoints"});
  std::set<uint64_t> out;
  for (const Groups& groups : all_matches(output, "(0x[0-9a-f]{16}) in "))
    out.insert(std::stoull(groups[1], nullptr, 16));
  EXPECT_FALSE(out.empty()) << output;
  return out;
}

uint64_t symbol(const std::string& program, const std::string& name) {
  Groups match = first_match(shell("nm " + program), "([0-9a-f]+) [a-zA-Z] " + name + "\\n");
  return match.empty() ? 0 : std::stoull(match[1], nullptr, 16);
}

class Functions : public testing::TestWithParam<Build> {};

TEST_P(Functions, EntriesAreTheSymbols) {
  std::string program = compile("variables.c", GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  for (const char* name : {"main", "locals", "many_parameters", "by_value", "returns_byte"}) {
    auto functions = module->functions(name, "variables.c", false);
    ASSERT_EQ(functions.size(), 1u) << name;
    EXPECT_EQ(functions[0].entry_pc, symbol(program, name)) << name;
    EXPECT_EQ(functions[0].name, name);
    EXPECT_FALSE(functions[0].from_symbol_table);
    EXPECT_TRUE(functions[0].decl.file.ends_with("programs/variables.c"));
    EXPECT_EQ(source_lines("variables.c")[functions[0].decl.line].find("/*"), std::string::npos);
    EXPECT_TRUE(module->is_code(functions[0].entry_pc));
  }
  EXPECT_TRUE(module->functions("main", "other.c", false).empty());
  EXPECT_EQ(module->functions("returns_*", "", false).size(), 5u);
}

TEST_P(Functions, PrologueEndIsGdbsBreakpointAddress) {
  std::string program = compile("variables.c", GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  if (GetParam().flags.find("-O0") == std::string::npos) return;  // gdb skips in clang -O2 too
  for (const char* name : {"locals", "many_parameters", "by_value", "caller", "returns_pair"}) {
    auto functions = module->functions(name, "", false);
    ASSERT_EQ(functions.size(), 1u) << name;
    EXPECT_EQ(std::set<uint64_t>{functions[0].prologue_end}, gdb_locations(program, name)) << name;
  }
}

TEST_P(Functions, EveryInlinedCopyIsFound) {
  if (GetParam().flags.find("-O0") != std::string::npos) return;
  std::string program = compile("clones.c", GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  auto copies = module->functions("copied", "clones.c", true);
  for (const Function& copy : copies) {
    EXPECT_TRUE(copy.is_inlined_copy);
    EXPECT_TRUE(copy.inlined_into == "first_user" || copy.inlined_into == "second_user")
        << copy.inlined_into;
  }
  // gdb puts breakpoints a little behind the entry of copies for some compilers; compare the count.
  EXPECT_EQ(copies.size(), gdb_locations(program, "copied").size());
  EXPECT_TRUE(module->functions("copied", "", false).empty());
}

TEST_P(Functions, ClonesColdPartsAliases) {
  std::string program = compile("clones.c", GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  auto cold = module->functions("with_cold_part*", "", false);
  ASSERT_EQ(cold.size(), 1u);
  EXPECT_EQ(cold[0].entry_pc, symbol(program, "with_cold_part"));
  auto alias = module->functions("other_name", "", false);
  ASSERT_EQ(alias.size(), 1u);
  EXPECT_EQ(alias[0].name, "other_name");
  EXPECT_EQ(alias[0].entry_pc, symbol(program, "real_name"));
  EXPECT_FALSE(alias[0].from_symbol_table);
  auto specialised = module->functions("specialised", "", false);
  EXPECT_EQ(specialised.size(), 1u);
  // An indirect function's symbol is its resolver, which runs once, in the dynamic linker. Meant is
  // what the resolver chooses.
  auto chosen = module->functions("chosen", "", false);
  ASSERT_EQ(chosen.size(), 1u);
  EXPECT_EQ(chosen[0].name, "chosen");
  EXPECT_EQ(chosen[0].entry_pc, symbol(program, "plain"));
}

TEST_P(Functions, NamesOfCPlusPlus) {
  std::string program = compile("scopes.cpp", GetParam());
  auto module = open_module(program);
  ASSERT_TRUE(module);
  auto name_of = [&](const char* glob) {
    auto functions = module->functions(glob, "scopes.cpp", false);
    return functions.empty() ? std::string("none") : functions[0].name;
  };
  EXPECT_EQ(name_of("grow"), "outer::Widget::grow");
  EXPECT_EQ(name_of("outer::Widget::grow"), "outer::Widget::grow");
  EXPECT_EQ(name_of("Widget::grow"), "outer::Widget::grow");
  EXPECT_EQ(name_of("Wid*::gr?w"), "outer::Widget::grow");
  EXPECT_EQ(name_of("dget::grow"), "none");
  EXPECT_EQ(name_of("Base::grow"), "none");
  EXPECT_EQ(name_of("(anonymous namespace)::hidden"), "outer::(anonymous namespace)::hidden");
  EXPECT_EQ(name_of("_ZN5outer6Widget4growEi"), "outer::Widget::grow");
  EXPECT_EQ(name_of("hidden"), "outer::(anonymous namespace)::hidden");
  EXPECT_EQ(module->functions("outer::twice<*>", "", false).size(), 2u);
  EXPECT_EQ(name_of("by_reference"), "by_reference");
  auto grow = module->functions("grow", "scopes.cpp", false);
  ASSERT_EQ(grow.size(), 1u);
  std::vector<std::string> names;
  for (const Variable& v : module->variables_at(grow[0].prologue_end, false, grow[0].die_offset))
    names.push_back(v.name + ":" + v.type->spelling());
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[1], "by:int");
  EXPECT_TRUE(names[0].starts_with("this:")) << names[0];
  auto self = module->variables_at(grow[0].prologue_end, false, grow[0].die_offset)[0].type;
  auto field = find_member(*self->target(), "base_field");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->byte_offset, 8u);
  EXPECT_TRUE(module->global_variable("outer::Widget::shared"));
}

TEST_P(Functions, WithoutDwarfSymbolsRemain) {
  std::string program = compile("variables.c", GetParam());
  std::string stripped = work_directory() + "/" + GetParam().name() + ".nodebug";
  shell("objcopy --strip-debug " + program + " " + stripped);
  auto module = open_module(stripped);
  ASSERT_TRUE(module);
  EXPECT_FALSE(module->has_dwarf());
  EXPECT_EQ(module->dwarf_error().kind, LoadError::NoDebugInfo);
  EXPECT_NE(module->dwarf_error().message.find("has no debug information"), std::string::npos);
  auto functions = module->functions("locals", "", true);
  ASSERT_EQ(functions.size(), 1u);
  EXPECT_TRUE(functions[0].from_symbol_table);
  EXPECT_EQ(functions[0].entry_pc, symbol(program, "locals"));
  EXPECT_TRUE(module->line_sites("*", "", 0, 0, false, false).empty());
  EXPECT_FALSE(module->line_at(functions[0].entry_pc));
  EXPECT_EQ(module->function_at(functions[0].entry_pc + 1, true)->name, "locals");
  EXPECT_FALSE(module->is_code(functions[0].entry_pc + 1) &&
               module->is_code(functions[0].entry_pc + 2) &&
               module->is_code(functions[0].entry_pc + 3));
}

INSTANTIATE_TEST_SUITE_P(Compilers, Functions, testing::ValuesIn(builds({"-O0", "-O1", "-O2"})),
                         [](const auto& info) { return info.param.name(); });

TEST(Libc, MallocByItsAlias) {
  auto module = open_module(kLibc);
  ASSERT_TRUE(module);
  if (!module->has_dwarf()) GTEST_SKIP() << "libc6-dbg is not installed";
  auto start = std::chrono::steady_clock::now();
  auto functions = module->functions("malloc", "", false);
  auto elapsed = std::chrono::steady_clock::now() - start;
  // 20 ms on an idle machine; the bound leaves room for a busy one.
  EXPECT_LT(std::chrono::duration<double>(elapsed).count(), 0.5);
  ASSERT_EQ(functions.size(), 1u);
  EXPECT_EQ(functions[0].name, "malloc");
  auto variables = module->variables_at(functions[0].entry_pc, false, functions[0].die_offset);
  ASSERT_FALSE(variables.empty());
  EXPECT_EQ(variables[0].name, "bytes");
  EXPECT_EQ(variables[0].type->spelling(), "size_t");
  VarLocation location = module->location_at(variables[0], functions[0].entry_pc);
  ASSERT_EQ(location.kind, VarLocation::Value);
  EXPECT_EQ(location.expr->value, 5);  // rdi
}

TEST(Libc, LinesAgreeWithAddr2line) {
  auto module = open_module(kLibc);
  ASSERT_TRUE(module);
  if (!module->has_dwarf()) GTEST_SKIP() << "libc6-dbg is not installed";
  auto functions = module->functions("str*", "", false);
  ASSERT_GT(functions.size(), 50u);
  std::string command = "eu-addr2line -e " + std::string(kLibc);
  for (const Function& function : functions) command += " " + hex(function.entry_pc);
  std::istringstream answers(shell(command));
  size_t compared = 0;
  for (const Function& function : functions) {
    std::string answer;
    std::getline(answers, answer);
    auto line = module->line_at(function.entry_pc);
    if (answer.starts_with("??")) {
      EXPECT_FALSE(line) << function.name;
      continue;
    }
    ASSERT_TRUE(line) << function.name << " " << answer;
    EXPECT_NE(answer.find(":" + std::to_string(line->line)), std::string::npos)
        << function.name << ": " << line->line << " against " << answer;
    compared++;
  }
  EXPECT_GT(compared, 20u);
}

}  // namespace
}  // namespace coretap::debug
