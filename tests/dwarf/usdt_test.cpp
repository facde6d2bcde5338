// USDT marks: operands of arguments on synthesised texts, whose values are computed here by the rules of the
// assemblers; notes on compiled programs, beside readelf, whole and damaged.
#include "dwarf/usdt.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "debug_test.h"

namespace coretap::debug {
namespace {

/// A machine to compute operands on: register N holds 0x1000 * (N + 1), or what `registers` says; the word at each
/// address is the address itself, inverted.
struct Machine {
  std::map<int64_t, uint64_t> registers;

  static uint64_t memory(uint64_t address) { return ~address; }

  uint64_t value(const LocExpr& expr) const {
    auto child = [&](size_t i) { return value(*expr.children.at(i)); };
    switch (expr.op) {
      case LocExpr::Const:
      case LocExpr::StaticAddr: return static_cast<uint64_t>(expr.value);
      case LocExpr::Reg: {
        auto known = registers.find(expr.value);
        return known == registers.end() ? 0x1000 * static_cast<uint64_t>(expr.value + 1)
                                        : known->second;
      }
      case LocExpr::Add: return child(0) + child(1);
      case LocExpr::Mul: return child(0) * child(1);
      case LocExpr::And: return child(0) & child(1);
      case LocExpr::Shl: return child(0) << child(1);
      case LocExpr::Shr: return child(0) >> child(1);
      case LocExpr::Sar: return static_cast<uint64_t>(static_cast<int64_t>(child(0)) >> child(1));
      case LocExpr::Deref: {
        int unused = static_cast<int>(64 - 8 * expr.size);
        uint64_t bits = memory(child(0)) << unused;
        return expr.is_signed ? static_cast<uint64_t>(static_cast<int64_t>(bits) >> unused)
                              : bits >> unused;
      }
      default: ADD_FAILURE() << "operation " << static_cast<int>(expr.op); return 0;
    }
  }
};

std::set<uint64_t> symbols(const std::string& name) {
  if (name == "counter") return {0x4040};
  if (name == ".LC0" || name == "table.0") return {0x5050};
  if (name == "twice") return {0x10, 0x20};
  return {};
}

std::vector<UsdtArgument> parse(const std::string& text, uint16_t machine = EM_X86_64) {
  return parse_usdt_arguments(text, machine, symbols);
}

/// The value of the only argument in `text`.
int64_t value(const std::string& text, uint16_t machine = EM_X86_64, const Machine& on = {}) {
  std::vector<UsdtArgument> arguments = parse(text, machine);
  if (arguments.size() != 1 || arguments[0].location.kind != VarLocation::Value) {
    ADD_FAILURE() << text << ": " << (arguments.empty() ? "none" : arguments[0].location.why);
    return 0;
  }
  return static_cast<int64_t>(on.value(*arguments[0].location.expr));
}

/// Why the only argument in `text` cannot be read.
std::string problem(const std::string& text, uint16_t machine = EM_X86_64) {
  std::vector<UsdtArgument> arguments = parse(text, machine);
  EXPECT_EQ(arguments.size(), 1u) << text;
  if (arguments.size() != 1) return "";
  EXPECT_EQ(arguments[0].location.kind, VarLocation::Unsupported) << text;
  return arguments[0].location.why;
}

TEST(UsdtOperand, Constants) {
  EXPECT_EQ(value("-4@$5"), 5);
  EXPECT_EQ(value("-4@$-5"), -5);
  EXPECT_EQ(value("4@$-1"), 0xffffffff);
  EXPECT_EQ(value("1@$-1"), 255);
  EXPECT_EQ(value("-1@$255"), -1);
  EXPECT_EQ(value("-2@$65535"), -1);
  EXPECT_EQ(value("8@$0x7fffffffffffffff"), INT64_MAX);
  EXPECT_EQ(value("-8@$-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(value("8@$18446744073709551615"), -1);
  EXPECT_EQ(value("$3"), 3) << "without a width: a word";
  EXPECT_EQ(value("8@$counter"), 0x4040);
  EXPECT_EQ(value("8@$counter+8"), 0x4048);
}

TEST(UsdtOperand, OfA32BitProgram) {
  Machine on;
  on.registers[0] = 0x76548382;  // eax
  on.registers[2] = 0xfffffffe;  // edx: the index -2
  on.registers[5] = 0xffffd000;  // ebp
  EXPECT_EQ(value("4@%eax", EM_386, on), 0x76548382);
  EXPECT_EQ(value("-1@%ah", EM_386, on), static_cast<int8_t>(0x83));
  EXPECT_EQ(value("-8@-8(%ebp)", EM_386, on), ~0xffffcff8LL);
  EXPECT_EQ(value("4@(%ebp,%edx,4)", EM_386, on), 0x3007) << "addresses wrap at 32 bits";
  EXPECT_EQ(problem("8@%eax", EM_386),
            "it is in two registers, of which the mark's note names one");
  EXPECT_EQ(problem("4@%rax", EM_386), "its register 'rax' is not one that a probe can read");
}

TEST(UsdtOperand, RegistersOfEachWidthAndSign) {
  Machine on;
  on.registers[0] = 0xfedcba9876548382;  // rax
  on.registers[8] = 0x80;                // r8
  EXPECT_EQ(value("8@%rax", EM_X86_64, on), static_cast<int64_t>(0xfedcba9876548382));
  EXPECT_EQ(value("4@%eax", EM_X86_64, on), 0x76548382);
  EXPECT_EQ(value("-2@%ax", EM_X86_64, on), static_cast<int16_t>(0x8382));
  EXPECT_EQ(value("2@%ax", EM_X86_64, on), 0x8382);
  EXPECT_EQ(value("-1@%al", EM_X86_64, on), static_cast<int8_t>(0x82));
  EXPECT_EQ(value("1@%al", EM_X86_64, on), 0x82);
  EXPECT_EQ(value("-1@%ah", EM_X86_64, on), static_cast<int8_t>(0x83));
  EXPECT_EQ(value("1@%ah", EM_X86_64, on), 0x83);
  EXPECT_EQ(value("-4@%rax", EM_X86_64, on), 0x76548382) << "the width is the argument's";
  EXPECT_EQ(value("-1@%r8b", EM_X86_64, on), -128);
  EXPECT_EQ(value("4f@%eax", EM_X86_64, on), 0x76548382) << "of a floating-point number, its bits";
  // DWARF's numbers of registers, from the psABI: rsi is 4, rdi 5, rbp 6, rsp 7, r15 15.
  EXPECT_EQ(value("8@%rsi"), 0x5000);
  EXPECT_EQ(value("8@%rdi"), 0x6000);
  EXPECT_EQ(value("4@%ebp"), 0x7000);
  EXPECT_EQ(value("8@%rsp"), 0x8000);
  EXPECT_EQ(value("2@%r15w"), 0x10000 & 0xffff);
  EXPECT_EQ(value("1@%sil"), 0);
}

TEST(UsdtOperand, Memory) {
  auto at = [](uint64_t address) { return static_cast<int64_t>(Machine::memory(address)); };
  EXPECT_EQ(value("8@-24(%rbp)"), at(0x7000 - 24));
  EXPECT_EQ(value("8@(%rsp)"), at(0x8000));
  EXPECT_EQ(value("8@8(%rax,%rbx,4)"), at(0x1000 + 4 * 0x4000 + 8));
  EXPECT_EQ(value("8@(%rax,%rbx)"), at(0x1000 + 0x4000));
  EXPECT_EQ(value("8@(,%rcx,8)"), at(8 * 0x3000));
  EXPECT_EQ(value("8@counter(,%rcx,8)"), at(0x4040 + 8 * 0x3000));
  EXPECT_EQ(value("8@counter(%rip)"), at(0x4040));
  EXPECT_EQ(value("8@counter+16(%rip)"), at(0x4050));
  EXPECT_EQ(value("8@-16+counter(%rip)"), at(0x4030));
  EXPECT_EQ(value("8@.LC0(%rip)"), at(0x5050));
  EXPECT_EQ(value("8@table.0-8(%rip)"), at(0x5048));
  EXPECT_EQ(value("8@8+16-8(%rbp)"), at(0x7010));
  EXPECT_EQ(value("8@0x10(%rbp)"), at(0x7010));
  EXPECT_EQ(value("8@4096"), at(4096));
  EXPECT_EQ(value("-4@counter(%rip)"), static_cast<int32_t>(at(0x4040)));
  EXPECT_EQ(value("4@counter(%rip)"), static_cast<uint32_t>(at(0x4040)));
  EXPECT_EQ(value("-1@counter(%rip)"), static_cast<int8_t>(at(0x4040)));
}

TEST(UsdtOperand, OfAarch64) {
  auto at = [](uint64_t address) { return static_cast<int64_t>(Machine::memory(address)); };
  Machine on;
  on.registers[3] = 0xffffffff80000000;
  EXPECT_EQ(value("-4@5", EM_AARCH64), 5);
  EXPECT_EQ(value("-4@-5", EM_AARCH64), -5);
  EXPECT_EQ(value("8@x3", EM_AARCH64, on), -2147483648);
  EXPECT_EQ(value("4@w3", EM_AARCH64, on), 2147483648);
  EXPECT_EQ(value("8@sp", EM_AARCH64), 32 * 0x1000);
  EXPECT_EQ(value("8@[x2]", EM_AARCH64), at(0x3000));
  EXPECT_EQ(value("8@[sp, 16]", EM_AARCH64), at(0x20010));
  EXPECT_EQ(value("8@[sp,-16]", EM_AARCH64), at(0x1fff0));
  EXPECT_EQ(value("8@[x0, x1]", EM_AARCH64), at(0x3000));
  EXPECT_EQ(value("8@[x0, x1, lsl 3]", EM_AARCH64), at(0x1000 + 8 * 0x2000));
  EXPECT_EQ(problem("8@[x0, x1, lsl 64]", EM_AARCH64),
            "its index is shifted further than an address can be");
  EXPECT_EQ(problem("8@d0", EM_AARCH64),
            "it is in the floating-point register 'd0', which a probe cannot read");
}

TEST(UsdtOperand, SeveralArguments) {
  std::vector<UsdtArgument> x86 = parse("  8@%rdi -4@$1   2@8(%rax,%rbx,4) ");
  ASSERT_EQ(x86.size(), 3u);
  EXPECT_EQ(x86[1].text, "-4@$1");
  EXPECT_EQ(x86[2].text, "2@8(%rax,%rbx,4)");
  std::vector<UsdtArgument> arm = parse("8@[x0, x1, lsl 3] -4@w2", EM_AARCH64);
  ASSERT_EQ(arm.size(), 2u);
  EXPECT_EQ(arm[0].text, "8@[x0, x1, lsl 3]");
  EXPECT_TRUE(parse("").empty());
  EXPECT_TRUE(parse("   ").empty());
}

TEST(UsdtOperand, WhatCannotBeReadSaysWhy) {
  EXPECT_EQ(problem("8@%xmm0"),
            "it is in the floating-point register 'xmm0', which a probe cannot read");
  EXPECT_EQ(problem("4@%st(1)"),
            "it is in the floating-point register 'st', which a probe cannot read");
  EXPECT_EQ(problem("16@(%rax)"), "it is not a number of 1, 2, 4 or 8 bytes");
  EXPECT_EQ(problem("8@%fs:16"),
            "it is relative to the segment register 'fs' (a thread-local variable)");
  EXPECT_EQ(problem("8@nowhere(%rip)"), "its symbol 'nowhere' is not in the symbol table");
  EXPECT_EQ(problem("8@twice(%rip)"), "there are several symbols 'twice'");
  EXPECT_EQ(problem("8@counter-counter"), "it computes with addresses of symbols");
  EXPECT_EQ(problem("8@16(%rip)"), "it is relative to an instruction");
  EXPECT_EQ(problem("8@(%rax,%rbx,3)"), "its scale is not 1, 2, 4 or 8");
  EXPECT_EQ(problem("4@$1", EM_RISCV), "the operands of this machine are not known");
}

TEST(UsdtOperand, BadTextsAreNoValues) {
  for (const char* text : {"8@",
                           "@",
                           "8@%",
                           "8@$",
                           "8@%nosuch",
                           "8@(",
                           "8@(%rax",
                           "8@(%rax,",
                           "8@(%rax,%",
                           "8@)",
                           "x@%rax",
                           "--8@%rax",
                           "3@%rax",
                           "8@%rax%",
                           "8@$5x",
                           "8@$99999999999999999999",
                           "8@$0x",
                           "8@1+",
                           "8@-",
                           "8@(%rax,%rbx,)",
                           "8@counter@GOTPCREL(%rip)",
                           "4294967304@%rax",
                           "8@*8(%rax)",
                           "8@\x80\xff"})
    EXPECT_NE(problem(text), "") << text;
}

TEST(UsdtOperand, RandomTextsNeverCrash) {
  const std::string letters = "%$@()[],+- rabxcd0123456789spilw.:#xf";
  std::mt19937 random(11);
  for (int round = 0; round < 20000; round++) {
    std::string text = round % 2 ? "8@" : "";
    for (size_t n = random() % 24; n > 0; n--) text += letters[random() % letters.size()];
    for (uint16_t machine : {EM_X86_64, EM_AARCH64})
      for (const UsdtArgument& argument : parse(text, machine)) {
        bool is_value = argument.location.kind == VarLocation::Value;
        EXPECT_TRUE(is_value ? argument.location.expr != nullptr : !argument.location.why.empty())
            << text;
      }
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Offset and size of a program's notes in its file, by readelf.
std::pair<size_t, size_t> notes_of(const std::string& path) {
  std::string line = shell("readelf -SW " + path + " | grep -o 'stapsdt  *NOTE.*'");
  char name[32], type[32], address[32];
  size_t offset = 0, size = 0;
  EXPECT_EQ(sscanf(line.c_str(), "%31s %31s %31s %zx %zx", name, type, address, &offset, &size), 5)
      << line;
  return {offset, size};
}

class UsdtNotes : public testing::TestWithParam<Build> {
 protected:
  const UsdtMarks& read(const std::string& bytes) {
    std::string path = work_directory() + "/marks";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    module_ = open_module(path);
    return module_->marks();
  }
  std::string program_ = compile("marks.c", GetParam());
  std::shared_ptr<Module> module_;
};

TEST_P(UsdtNotes, AreWhatReadelfSays) {
  const UsdtMarks& found = read(read_file(program_));
  std::string said = shell("readelf -n " + program_);
  ASSERT_EQ(found.marks.size(), 3u);
  EXPECT_EQ(found.damaged, 0u);
  size_t at = 0;
  for (const UsdtMark& mark : found.marks) {
    char text[200];
    snprintf(text, sizeof text,
             "Provider: %s\n    Name: %s\n    Location: 0x%016lx, Base: ", mark.provider.c_str(),
             mark.name.c_str(), mark.pc);
    at = said.find(text, at);
    ASSERT_NE(at, std::string::npos) << text << said;
    snprintf(text, sizeof text, "Semaphore: 0x%016lx\n", mark.semaphore);
    EXPECT_EQ(said.find(text, at), said.find("Semaphore: ", at)) << text << said;
    EXPECT_EQ(found.semaphores.at(mark.pc), mark.semaphore);
  }
  EXPECT_EQ(found.marks[0].semaphore, found.marks[1].semaphore);
  EXPECT_EQ(found.marks[1].arguments.size(), 2u);
  EXPECT_EQ(found.marks[1].arguments[1].text, "-8@$8");
}

TEST_P(UsdtNotes, TruncatedOnesAreCounted) {
  std::string original = read_file(program_);
  auto [offset, size] = notes_of(program_);
  // The second note's description: as long as to the end of the file, and too short for what it holds.
  uint32_t first = 0;
  memcpy(&first, original.data() + offset + 4, sizeof first);
  size_t second = offset + 12 + 8 + (first + 3) / 4 * 4;
  ASSERT_EQ(original.compare(second + 12, 8, std::string("stapsdt\0", 8)), 0);
  for (uint32_t length : {0xffffffffu, static_cast<uint32_t>(size)}) {
    std::string bytes = original;
    memcpy(bytes.data() + second + 4, &length, sizeof length);
    const UsdtMarks& found = read(bytes);
    EXPECT_EQ(found.marks.size(), 1u);
    EXPECT_EQ(found.damaged, 1u);
  }
  // A text without an end: the first note's, up to the end of its description.
  std::string bytes = original;
  for (size_t i = offset + 20 + 24; i < offset + 20 + first; i++)
    if (bytes[i] == '\0') bytes[i] = 'x';
  const UsdtMarks& found = read(bytes);
  EXPECT_EQ(found.marks.size(), 2u);
  EXPECT_EQ(found.damaged, 1u);
}

TEST_P(UsdtNotes, FlippedBytesNeverCrash) {
  std::string original = read_file(program_);
  auto [offset, size] = notes_of(program_);
  std::mt19937 random(5);
  for (int round = 0; round < 300; round++) {
    std::string bytes = original;
    for (int flips = 1 + round % 6; flips > 0; flips--)
      bytes[offset + random() % size] = static_cast<char>(random());
    for (const UsdtMark& mark : read(bytes).marks) {
      EXPECT_FALSE(mark.name.empty());
      module_->data_offset(mark.semaphore);
      module_->file_offset(mark.pc);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Compilers, UsdtNotes,
                         testing::ValuesIn(std::vector<Build>{{"gcc", "-O2 -gdwarf-5"},
                                                              {"clang", "-O0 -gdwarf-5"}}),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace coretap::debug
