// Unwinding by rules that are written by hand: each function of a library has a rule of its own for the return address, and
// a stack that was "copied" is made for it. What a rule gives is known by arithmetic.
#include "runtime/user/stacks/unwind.h"

#include <gelf.h>
#include <gtest/gtest.h>
#include <libelf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace ct {
namespace {

using Bytes = std::vector<unsigned>;

constexpr u64 kBias = 0x550000000000, kStack = 0x7ffc00001000;
constexpr size_t kFunctionSize = 16, kWords = 8;
/// What is added to each value, because 0 is no return address.
constexpr u64 kAdded = 0x100000;
constexpr unsigned kReturnColumn = 16, kRbx = 3, kR12 = 12, kRsp = 7;

u64 word(size_t index) { return 0xabcd000000ull + index * 0x1111; }
u64 register_value(unsigned number) {
  return number == kRsp ? kStack : 0x4000ull + number * 0x100ull;
}

/// One function: `cfi` are the bytes of its call frame instructions.
struct Rule {
  std::string name;
  Bytes cfi;
  u64 expected;     ///< the return address; 0: the stack ends
  std::string why;  ///< the reason, if it ends
};

/// DW_CFA_val_expression: the value of `ops` and kAdded is the return address. The CFA is on the expression's stack at first.
Rule value(const std::string& name, const Bytes& ops, u64 expected) {
  Bytes all = ops;
  all.insert(all.end(), {0x23, 0x80, 0x80, 0x40});  // DW_OP_plus_uconst kAdded
  Bytes cfi = {0x16, kReturnColumn, static_cast<unsigned>(all.size())};
  cfi.insert(cfi.end(), all.begin(), all.end());
  return {name, cfi, expected + kAdded, ""};
}

Rule failure(const std::string& name, const Bytes& ops, const std::string& why) {
  Rule rule = value(name, ops, 0);
  rule.expected = 0;
  rule.why = why;
  return rule;
}

/// Numbers of operations as in DWARF 5, table 7.9.
std::vector<Rule> rules() {
  const u64 minus_one = ~0ull;
  return {
      value("nothing, which leaves the CFA", {}, kStack + 8),
      value("lit5", {0x35}, 5),
      value("const1u", {0x08, 200}, 200),
      value("const1s", {0x09, 0x80}, static_cast<u64>(-128)),
      value("const2u", {0x0a, 0x34, 0x12}, 0x1234),
      value("const2s", {0x0b, 0xfe, 0xff}, static_cast<u64>(-2)),
      value("const4u", {0x0c, 0x78, 0x56, 0x34, 0xf2}, 0xf2345678),
      value("const4s", {0x0d, 0xff, 0xff, 0xff, 0xff}, minus_one),
      value("const8u", {0x0e, 1, 2, 3, 4, 5, 6, 7, 8}, 0x0807060504030201),
      value("constu", {0x10, 0xac, 0x02}, 300),
      value("consts", {0x11, 0xd4, 0x7d}, static_cast<u64>(-300)),
      value("breg3", {0x73, 0x05}, register_value(kRbx) + 5),
      value("breg3 with a negative offset", {0x73, 0x7b}, register_value(kRbx) - 5),
      value("bregx", {0x92, kR12, 0x7f}, register_value(kR12) - 1),
      value("dup", {0x33, 0x12, 0x22}, 6),
      value("drop", {0x33, 0x34, 0x13}, 3),
      value("over", {0x33, 0x34, 0x14}, 3),
      value("swap", {0x39, 0x32, 0x16, 0x1c}, static_cast<u64>(2 - 9)),
      value("rot, whose second is on top", {0x31, 0x32, 0x33, 0x17}, 2),
      value("rot, whose third is next", {0x31, 0x32, 0x33, 0x17, 0x13}, 1),
      value("rot, whose first is last", {0x31, 0x32, 0x33, 0x17, 0x13, 0x13}, 3),
      value("deref", {0x77, 0x10, 0x06}, word(2)),
      value("deref_size", {0x77, 0x10, 0x94, 0x02}, word(2) & 0xffff),
      value("plus", {0x08, 0x64, 0x35, 0x22}, 105),
      value("minus", {0x35, 0x08, 0x64, 0x1c}, static_cast<u64>(-95)),
      value("mul", {0x08, 0x64, 0x35, 0x1e}, 500),
      value("and", {0x3c, 0x3a, 0x1a}, 8),
      value("or", {0x3c, 0x3a, 0x21}, 14),
      value("xor", {0x3c, 0x3a, 0x27}, 6),
      value("shl", {0x33, 0x34, 0x24}, 48),
      value("shl by more than a word", {0x33, 0x08, 64, 0x24}, 0),
      value("shr", {0x09, 0xff, 0x08, 60, 0x25}, 15),
      value("shr by more than a word", {0x09, 0xff, 0x08, 64, 0x25}, 0),
      value("shra", {0x09, 0x80, 0x33, 0x26}, static_cast<u64>(-16)),
      value("shra by more than a word", {0x09, 0x80, 0x08, 200, 0x26}, minus_one),
      value("neg", {0x35, 0x1f}, static_cast<u64>(-5)),
      value("not", {0x35, 0x20}, ~5ull),
      value("abs of a negative number", {0x09, 0xfb, 0x19}, 5),
      value("abs of a positive number", {0x35, 0x19}, 5),
      value("eq", {0x35, 0x35, 0x29}, 1),
      value("ne", {0x35, 0x35, 0x2e}, 0),
      value("lt, with signs", {0x09, 0xff, 0x31, 0x2d}, 1),
      value("le", {0x31, 0x31, 0x2c}, 1),
      value("gt, with signs", {0x09, 0xff, 0x31, 0x2b}, 0),
      value("ge", {0x31, 0x31, 0x2a}, 1),
      value("nop", {0x35, 0x96}, 5),
      // What is not a value: the CFA is rsp + 8, and the return address below it.
      {"the rule of every function", {0x00}, word(0), ""},
      {"DW_CFA_def_cfa_offset", {0x0e, 0x18}, word(2), ""},
      {"DW_CFA_def_cfa_expression", {0x0f, 0x02, 0x77, 0x20}, word(3), ""},
      {"DW_CFA_expression", {0x10, kReturnColumn, 0x02, 0x77, 0x28}, word(5), ""},
      {"DW_CFA_register", {0x09, kReturnColumn, kRbx}, register_value(kRbx), ""},
      {"DW_CFA_undefined, in the outermost function", {0x07, kReturnColumn}, 0, ""},
      {"DW_CFA_register of one without a value",
       {0x09, kReturnColumn, 20},
       0,
       "register 20 of a frame is not known"},
      failure("a register without a value", {0x84, 0x00}, "register 20 of a frame is not known"),
      failure("an operation of another kind", {0x31, 0x31, 0x18},
              "a rule for unwinding uses operation 0x18, which is not known"),
      failure("too few operands", {0x22}, "a rule for unwinding is damaged"),
      failure("memory elsewhere", {0x31, 0x06},
              "the memory at 0x1 is not on the stack that was copied"),
      failure("memory behind the copy", {0x77, 0x80, 0x20, 0x06},
              "the stack goes on behind the 64 bytes that were copied"),
  };
}

/// A shared object whose function N has the rule N, and where it is mapped.
class Library {
 public:
  explicit Library(const std::vector<Rule>& rules) {
    char folder[] = "/tmp/unwind-test-XXXXXX";
    folder_ = mkdtemp(folder);
    std::ofstream source(folder_ + "/rules.s");
    source << ".text\n.p2align 4\n.globl first\nfirst:\n";
    for (const Rule& rule : rules) {
      source << ".cfi_startproc\n.cfi_escape ";
      for (size_t i = 0; i < rule.cfi.size(); ++i) source << (i ? ", " : "") << rule.cfi[i];
      source << "\n.fill " << kFunctionSize << ", 1, 0x90\n.cfi_endproc\n";
    }
    source << ".section .note.GNU-stack,\"\",@progbits\n";
    source.close();
    const std::string command = "gcc -shared -nostdlib -o " + path() + " " + folder_ + "/rules.s";
    is_built_ = system(command.c_str()) == 0 && map();
  }
  ~Library() {
    for (const char* name : {"/rules.s", "/rules.so"}) unlink((folder_ + name).c_str());
    rmdir(folder_.c_str());
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  bool is_built() const { return is_built_; }
  const AddressSpace& space() const { return space_; }
  u64 function(size_t number) const { return kBias + code_ + number * kFunctionSize; }

 private:
  std::string path() const { return folder_ + "/rules.so"; }

  bool map() {
    struct stat status;
    if (stat(path().c_str(), &status) != 0) return false;
    auto file = std::make_shared<MappedFile>(path(), status.st_ino);
    elf_version(EV_CURRENT);
    std::ifstream input(path(), std::ios::binary);
    std::stringstream contents;
    contents << input.rdbuf();
    std::string image = contents.str();
    Elf* elf = elf_memory(image.data(), image.size());
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section));) {
      GElf_Shdr header;
      if (gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR) code_ = header.sh_addr;
    }
    size_t count = 0;
    elf_getphdrnum(elf, &count);
    for (size_t i = 0; i < count; ++i) {
      GElf_Phdr segment;
      if (!gelf_getphdr(elf, static_cast<int>(i), &segment) || segment.p_type != PT_LOAD ||
          !(segment.p_flags & PF_X))
        continue;
      const u64 start = kBias + segment.p_vaddr;
      put_mapping(space_, start, {start + segment.p_memsz, segment.p_offset, 0, file});
    }
    elf_end(elf);
    return code_ != 0 && !space_.empty();
  }

  std::string folder_;
  bool is_built_ = false;
  u64 code_ = 0;
  AddressSpace space_;
};

/// The record of a stack of kWords words, of which the innermost function is at `pc`.
struct Record {
  ct_rec_ustack head = {};
  u64 memory[kWords];

  explicit Record(u64 pc) {
    head.hdr.pid = static_cast<u32>(getpid());
    head.state = CT_USTACK_COPIED;
    head.copied = sizeof memory;
    head.sp = kStack;
    head.pc = pc;
    for (unsigned i = 0; i < CT_USTACK_REGISTERS; ++i) head.regs[i] = register_value(i);
    for (size_t i = 0; i < kWords; ++i) memory[i] = word(i);
  }
};

TEST(Unwind, ByRulesOfEachKind) {
  const std::vector<Rule> all = rules();
  Library library(all);
  ASSERT_TRUE(library.is_built());
  for (size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].name);
    const Record record(library.function(i) + 4);
    const UserStack stack = unwind(record.head, &library.space(), 20);
    ASSERT_FALSE(stack.frames.empty());
    EXPECT_EQ(stack.frames[0].pc, record.head.pc);
    if (all[i].expected == 0) {
      EXPECT_EQ(stack.frames.size(), 1u);
      EXPECT_EQ(stack.why, all[i].why);
      continue;
    }
    ASSERT_EQ(stack.frames.size(), 2u) << stack.why;
    EXPECT_EQ(stack.frames[1].pc, all[i].expected);
    char nothing[64];
    snprintf(nothing, sizeof nothing, "nothing is mapped at 0x%llx", all[i].expected);
    EXPECT_EQ(stack.why, nothing);
  }
}

/// A rule that leads to itself does not keep the unwinder busy.
TEST(Unwind, AStackThatGoesRound) {
  Library library({{"the caller is the function itself",
                    {0x0f, 0x02, 0x77, 0x00, 0x09, kReturnColumn, kRbx},
                    0,
                    ""}});
  ASSERT_TRUE(library.is_built());
  Record record(library.function(0) + 4);
  record.head.regs[kRbx] = record.head.pc;
  const UserStack stack = unwind(record.head, &library.space(), 20);
  EXPECT_EQ(stack.frames.size(), 1u);
  EXPECT_EQ(stack.why, "the stack goes round");
}

TEST(Unwind, NoMoreThanAskedFor) {
  Library library(
      {{"DW_CFA_same_value, DW_CFA_register", {0x08, kRbx, 0x09, kReturnColumn, kRbx}, 0, ""}});
  ASSERT_TRUE(library.is_built());
  Record record(library.function(0) + 4);
  record.head.regs[kRbx] = library.function(0) + 8;
  const UserStack stack = unwind(record.head, &library.space(), 5);
  EXPECT_EQ(stack.frames.size(), 5u);
  EXPECT_EQ(stack.why, "MAXBACKTRACE is 5");
}

}  // namespace
}  // namespace ct
