// Types against the compiler's own layout, as gdb and the program's source see it.
#include <gtest/gtest.h>

#include <cstring>
#include <sstream>

#include "debug_test.h"
#include "tests/common/matches.h"

namespace coretap::debug {
namespace {

class Types : public testing::TestWithParam<Build> {
 protected:
  void SetUp() override {
    program_ = compile("variables.c", GetParam());
    module_ = open_module(program_);
    ASSERT_TRUE(module_);
  }
  TypePtr named(const std::string& name) {
    TypePtr type = module_->type_named(name);
    EXPECT_TRUE(type) << name;
    return type;
  }
  std::string program_;
  std::shared_ptr<Module> module_;
};

TEST_P(Types, SizesAndOffsetsAreGdbs) {
  TypePtr mixed = named("mixed_t");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->kind(), TypeKind::Struct);
  EXPECT_EQ(mixed->spelling(), "mixed_t");
  std::vector<std::string> commands{"print sizeof(mixed_t)"};
  std::vector<uint64_t> ours{mixed->byte_size()};
  for (const char* member : {"first", "wide", "bytes", "inner"}) {
    auto found = find_member(*mixed, member);
    ASSERT_TRUE(found) << member;
    commands.push_back(std::string("print (long)&((mixed_t*)0)->") + member);
    ours.push_back(found->byte_offset);
  }
  std::string output = gdb(program_, commands);
  for (size_t i = 0; i < ours.size(); i++)
    EXPECT_NE(output.find("$" + std::to_string(i + 1) + " = " + std::to_string(ours[i]) + "\n"),
              std::string::npos)
        << commands[i] << ": " << ours[i] << "\n"
        << output;
  EXPECT_FALSE(find_member(*mixed, "none"));
  std::vector<std::string> names{"first", "wide", "bytes", "inner"};
  EXPECT_EQ(member_names(*mixed), names);
}

/// Reads a bit field the way users of Member must.
uint64_t extract(const std::vector<uint8_t>& bytes, const Member& member) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8 && member.byte_offset + i < bytes.size(); i++)
    value |= uint64_t{bytes[member.byte_offset + i]} << (8 * i);
  value >>= member.bit_offset;
  return member.bit_size && member.bit_size < 64 ? value & ((1ull << member.bit_size) - 1) : value;
}

TEST_P(Types, BitFields) {
  // The same struct as in the program; both compilers follow the psABI.
  struct {
    unsigned low : 3;
    int middle : 7;
    unsigned long high : 40;
    unsigned char tail;
    bool flag : 1;
  } mirror{};
  memset(static_cast<void*>(&mirror), 0, sizeof mirror);
  mirror.low = 5;
  mirror.middle = -3;
  mirror.high = 1234567890123 & ((1ull << 40) - 1);
  mirror.flag = true;
  std::vector<uint8_t> bytes(sizeof mirror);
  memcpy(bytes.data(), &mirror, sizeof mirror);
  TypePtr bits = named("struct bits");
  ASSERT_TRUE(bits);
  EXPECT_EQ(bits->byte_size(), sizeof mirror);
  auto value = [&](const char* name) { return extract(bytes, find_member(*bits, name)->leaf()); };
  EXPECT_EQ(value("low"), 5u);
  EXPECT_EQ(value("middle"), static_cast<uint64_t>(-3) & 0x7f);
  EXPECT_EQ(value("high"), mirror.high);
  EXPECT_EQ(value("flag"), 1u);
  EXPECT_EQ(find_member(*bits, "tail")->leaf().bit_size, 0u);
}

TEST_P(Types, EnumsKeepTheirValues) {
  TypePtr colour = named("enum colour");
  ASSERT_TRUE(colour);
  EXPECT_EQ(colour->kind(), TypeKind::Enum);
  EXPECT_TRUE(colour->is_signed());
  std::vector<std::pair<std::string, int64_t>> expected{{"RED", 0}, {"GREEN", 200}, {"BLUE", -3}};
  EXPECT_EQ(colour->enumerators(), expected);
}

TEST_P(Types, SpellingsOfParameters) {
  auto function = module_->functions("many_parameters", "", false);
  ASSERT_EQ(function.size(), 1u);
  std::string spelled;
  for (const Variable& v :
       module_->variables_at(function[0].prologue_end, false, function[0].die_offset))
    spelled += v.name + ":" + v.type->spelling() + " ";
  const bool clang = GetParam().compiler == "clang";
  EXPECT_EQ(spelled, clang ? "a:int b:long c:char d:short e:unsigned char f:void* on_stack:long "
                             "also_on_stack:int "
                           : "a:int b:long int c:char d:short int e:unsigned char f:void* "
                             "on_stack:long int also_on_stack:int ");
  TypePtr big = named("struct big");
  ASSERT_TRUE(big);
  auto data = find_member(*big, "data");
  ASSERT_TRUE(data);
  EXPECT_EQ(data->leaf().type->kind(), TypeKind::Array);
  EXPECT_EQ(data->leaf().type->array_counts(), std::vector<uint64_t>{5});
  EXPECT_EQ(data->leaf().type->spelling(), clang ? "long[]" : "long int[]");
  EXPECT_EQ(big->byte_size(), 40u);
}

/// `stap -L` wants a kernel's build tree even for user space; this is enough of one.
std::string fake_kernel_tree() {
  std::string tree = work_directory() + "/kernel";
  shell("mkdir -p " + tree + "/include/generated " + tree + "/include/config; cd " + tree +
        "; printf 'CONFIG_X86_64=y\\nCONFIG_UPROBES=y\\nCONFIG_UTRACE=y\\n' > .config; printf "
        "'VERSION = 6\nPATCHLEVEL = 1\n' > Makefile; "
        "echo '#define UTS_RELEASE \"6.1.0\"' > include/generated/utsrelease.h; "
        "echo 6.1.0 > include/config/kernel.release; touch Module.symvers");
  return tree;
}

TEST_P(Types, NamesAndSpellingsAreStaps) {
  if (!have("stap")) GTEST_SKIP() << "stap is not installed";
  for (const char* source : {"variables.c", "spellings.c"}) {
    std::string program = compile(source, GetParam());
    auto module = open_module(program);
    ASSERT_TRUE(module);
    std::istringstream listing(shell("stap -r " + fake_kernel_tree() + " -L 'process(\"" + program +
                                     "\").function(\"*@" + source + "\").call'"));
    size_t compared = 0;
    for (std::string line; std::getline(listing, line);) {
      Groups match = first_match(line, "function\\(\"(\\w+)@");
      if (match.empty()) continue;
      auto functions = module->functions(match[1], source, false);
      ASSERT_EQ(functions.size(), 1u) << match[1];
      std::string ours;
      for (const Variable& v :
           module->variables_at(functions[0].prologue_end, false, functions[0].die_offset))
        // stap lists only what can be read there.
        if (module->location_at(v, functions[0].prologue_end).kind != VarLocation::Unavailable)
          ours += " $" + v.name + ":" + v.type->spelling();
      size_t dollar = line.find(" $");
      std::string theirs = dollar == std::string::npos ? "" : line.substr(dollar);
      if (theirs.starts_with(" $return:")) theirs.erase(0, theirs.find(" $", 1));
      if (GetParam().compiler == "gcc") {
        EXPECT_EQ(ours, theirs) << program << " " << match[1];
      } else {
        // clang's statics come first, and stap probes elsewhere in clang's code: other variables
        // are readable there. Those that both list must be spelled alike.
        std::istringstream words(replace_matches(theirs, " \\$", "\n$"));
        for (std::string one; std::getline(words, one);) {
          std::string name = one.substr(0, one.find(':') + 1);
          if (name.empty() || ours.find(" " + name) == std::string::npos) continue;
          EXPECT_NE((ours + " ").find(" " + one + " "), std::string::npos) << one << "\n" << ours;
        }
      }
      compared++;
    }
    EXPECT_GT(compared, 0u) << listing.str();
  }
}

TEST_P(Types, HandlesOutliveTheModule) {
  TypePtr big = named("struct big");
  module_.reset();
  ASSERT_TRUE(big);
  EXPECT_EQ(find_member(*big, "data")->leaf().type->byte_size(), 40u);
}

INSTANTIATE_TEST_SUITE_P(Compilers, Types, testing::ValuesIn(builds({"-O0", "-O2"})),
                         [](const auto& info) { return info.param.name(); });

/// Structures and enums stand in units of their own, and what uses them has their signatures.
INSTANTIATE_TEST_SUITE_P(TypeUnits, Types,
                         testing::Values(Build{"gcc", "-O0 -gdwarf-4 -fdebug-types-section"},
                                         Build{"gcc", "-O2 -gdwarf-5 -fdebug-types-section"},
                                         Build{"clang", "-O0 -gdwarf-5 -fdebug-types-section"}),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace coretap::debug
