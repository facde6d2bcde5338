// The IR of context variables. Register numbers are DWARF's: 0 rax, 4 rsi, 5 rdi, 6 rbp.
#include <gtest/gtest.h>

#include "harness.h"

namespace coretap::probes::test {
namespace {

/// IR of `expression` at the first site of the point.
std::string lowered(const std::string& point, const std::string& expression) {
  Script script("probe " + point + " { " + expression + " }");
  std::vector<ResolvedProbe> probes = script.resolve();
  if (probes.empty()) return script.rendered();
  std::string text = lower_text(*script.expressions().at(0), probes[0], script);
  return text + script.rendered();
}

std::string at_work(const std::string& expression, const std::string& level = "O0") {
  return lowered("process(\"" + program("shapes-" + level) + "\").function(\"work\")", expression);
}

TEST(Registers, ParametersAtAnOptimisedEntry) {
  EXPECT_EQ(at_work("$o", "O2"), "t0 = reg dwarf 5\nreturn t0\n");
  EXPECT_EQ(at_work("$n", "O2"), "t0 = reg dwarf 4\nt1 = shl t0, 32\nt2 = sar t1, 32\nreturn t2\n");
  EXPECT_EQ(at_work("$o->col", "O2"),
            "t0 = reg dwarf 5\nt1 = add t0, 72\nt2 = load user u32 t1\nreturn t2\n");
}

TEST(Memory, LocalsInTheFrame) {
  // The frame base is the CFA, which is rbp + 16 behind the prologue.
  std::string die = run("readelf --debug-dump=info " + program("shapes-O0") +
                        " | grep -A6 'DW_AT_name *: n$' | grep -m1 -o 'DW_OP_fbreg: -[0-9]*'");
  EXPECT_EQ(die, "DW_OP_fbreg: -92\n");
  EXPECT_EQ(at_work("$n"),
            "t0 = reg dwarf 6\nt1 = add t0, -76\nt2 = load user s32 t1\nreturn t2\n");
}

const char kPointer[] = "t0 = reg dwarf 6\nt1 = add t0, -72\nt2 = load user u64 t1\n";

TEST(Access, MembersArraysAndPointers) {
  EXPECT_EQ(at_work("$o->in->a"), std::string(kPointer) + "t3 = load user s32 t2\nreturn t3\n");
  EXPECT_EQ(at_work("$o->ins[1]->c"),
            std::string(kPointer) + "t3 = add t2, 140\nt4 = load user s8 t3\nreturn t4\n");
  EXPECT_EQ(at_work("$o->in->next->a"),
            std::string(kPointer) +
                "t3 = add t2, 24\nt4 = load user u64 t3\nt5 = load user s32 t4\nreturn t5\n");
  EXPECT_EQ(at_work("$o[2]->col"),
            std::string(kPointer) + "t3 = add t2, 520\nt4 = load user u32 t3\nreturn t4\n");
}

TEST(Access, OffsetsAgreeWithGdb) {
  auto offset = [](const std::string& path) {
    return run("gdb -nx -batch -ex 'print (long)&((struct outer*)0)->" + path + "' " +
               program("shapes-O0") + " 2>/dev/null | awk '{print $3}' | tr -d '\\n'");
  };
  for (const auto& [ours, theirs] : {std::pair{"$o->arr[3]", "arr[3]"},
                                     {"$o->ins[1]->d", "ins[1].d"},
                                     {"$o->x", "x"},
                                     {"$o->anon1", "anon1"},
                                     {"$o->two[1][2]", "two[1][2]"},
                                     {"$o->uu->l", "uu.l"}})
    EXPECT_EQ(at_work("&" + std::string(ours)),
              std::string(kPointer) + "t3 = add t2, " + offset(theirs) + "\nreturn t3\n")
        << ours;
}

TEST(Access, DynamicIndex) {
  EXPECT_EQ(at_work("$o->arr[$n]"),
            std::string(kPointer) +
                "t3 = reg dwarf 6\nt4 = add t3, -76\nt5 = load user s32 t4\nt6 = mul t5, 4\n"
                "t7 = add t2, t6\nt8 = add t7, 40\nt9 = load user s32 t8\nreturn t9\n");
}

TEST(Access, BitFieldsAreCutOutAndExtended) {
  EXPECT_EQ(at_work("$o->in->bits"), std::string(kPointer) +
                                         "t3 = add t2, 12\nt4 = load user u16 t3\n"
                                         "t5 = shl t4, 53\nt6 = shr t5, 61\nreturn t6\n");
  EXPECT_EQ(at_work("$o->in->sbits"), std::string(kPointer) +
                                          "t3 = add t2, 12\nt4 = load user u16 t3\n"
                                          "t5 = shl t4, 49\nt6 = sar t5, 60\nreturn t6\n");
}

TEST(Access, AggregatesGiveTheirAddress) {
  EXPECT_EQ(at_work("$o->in"), std::string(kPointer) + "return t2\n");
  EXPECT_EQ(at_work("$o->big"), std::string(kPointer) + "t3 = add t2, 176\nreturn t3\n");
  EXPECT_EQ(at_work("&$loc->c"), "t0 = reg dwarf 6\nt1 = add t0, -60\nreturn t1\n");
}

TEST(Globals, AreRelativeToTheProgramCounter) {
  std::string nm =
      run("nm " + program("shapes-O0") + " | awk '$3 == \"global_counter\" {print $1}'");
  std::string stop = run("gdb -nx -batch -ex 'break work' " + program("shapes-O0") +
                         " 2>/dev/null | awk '/^Breakpoint/ {sub(\":\", \"\", $4); print $4}'");
  long distance = std::stol(nm, nullptr, 16) - std::stol(stop, nullptr, 16);
  std::string expected = "t0 = reg_ip\nt1 = add t0, " + std::to_string(distance) +
                         "\nt2 = load user s32 t1\nreturn t2\n";
  EXPECT_EQ(at_work("$global_counter"), expected);
  EXPECT_EQ(at_work("@var(\"global_counter\")"), expected);
  EXPECT_EQ(at_work("@var(\"global_counter@shapes.c\")"), expected);
}

/// IR text without the fault bits of its conversions: "%{3}d" becomes "%d".
std::string without_fault_bits(std::string text) {
  for (size_t at = 0; (at = text.find("%{", at)) != std::string::npos;)
    text.erase(at + 1, text.find('}', at) - at);
  return text;
}

void expect_format(const std::string& text, const std::string& format) {
  EXPECT_NE(without_fault_bits(text).find("sprintf \"" + format + "\""), std::string::npos) << text;
}

TEST(Text, VarsAndParms) {
  expect_format(at_work("$$vars"), "o=%#x n=%#x str=%#x total=%#x loc={...}");
  expect_format(at_work("$$parms"), "o=%#x n=%#x str=%#x");
  expect_format(at_work("$$locals"), "total=%#x loc={...}");
  expect_format(at_work("$$parms$"), "o=%s n=%s str=%s");
}

// The shape is that of SystemTap 4.8 (stap -v -p2), which shows one element of an array, a number for an enum, and '?' for
// floating-point values.
TEST(Text, PrettyPrinting) {
  auto has = [](const std::string& expression, const std::string& format) {
    expect_format(at_work(expression), format);
  };
  has("$o$",
      "{.in={...}, .arr=[...], <class>={...}, .uu={...}, .col=%E, .p=%p, .fn=%p, .ins=[...], "
      ".big=[...], .two=[...]}");
  const std::string inner =
      "{.a=%d, .c=%qc, .name=%qs, .bits=%u, .sbits=%d, .s=%qs, .next=%p, .d=%g}";
  has("$o$$", "{.in=" + inner +
                  ", .arr=[%d, %d, %d, %d], <class>={.anon1=%d, <union>={.x=%d, .y=%d}}, "
                  ".uu={.i=%d, .l=%d}, .col=%E, .p=%p, .fn=%p, .ins=[" +
                  inner + ", {.a=%d, .c=%qc, .name=%qs, .bits=%u, ...}], ...}");
  has("$o->uu$$", "{.i=%d, .l=%d}");
  has("$o->ins$", "[{...}, {...}]");
  has("$o->two$", "[[...], [...]]");
  has("$o->two$$", "[[%d, %d, %d], [%d, %d, %d]]");
  has("$o->col$", "%E");
  has("$o->fn$", "<function>:%p");
  has("$o->in->c$", "%qc");
  has("$o->in->d$", "%g");
  has("$n$", "%d");
}

TEST(Text, WhatCannotBeReadSetsABitOfTheMask) {
  // Bit 0: the frame; bit 1: the text; bit 2: its pointer is null.
  EXPECT_EQ(at_work("$str$"),
            "string\nt0 = copy 2\ntry\n body\n  t1 = reg dwarf 6\n  t2 = add t1, -88\n"
            "  t3 = load user u64 t2\n  try\n   body\n    t4 = load_str user t3\n"
            "    t5 = and t0, -3\n    t0 = copy t5\n   catch\n    t8 = eq t3, 0\n    if t8\n"
            "     then\n      t6 = and t0, -3\n      t0 = copy t6\n      t7 = or t0, 4\n"
            "      t0 = copy t7\n catch\n  t9 = or t0, 1\n  t0 = copy t9\n"
            "t10 = sprintf \"%{1}qs\" t4, t0\nreturn t10\n");
}

TEST(Return, ValueBySizeAndType) {
  auto at_return = [](const std::string& name, const std::string& expression) {
    return lowered("process(\"" + program("kinds-O0") + "\").function(\"" + name + "\").return",
                   expression);
  };
  EXPECT_EQ(
      lowered("process(\"" + program("shapes-O0") + "\").function(\"work\").return", "$return"),
      "t0 = reg dwarf 0\nt1 = shl t0, 32\nt2 = sar t1, 32\nreturn t2\n");
  // struct { int x, y; } comes back in rax.
  EXPECT_EQ(at_return("mk", "$return->y"), "t0 = reg dwarf 0\nt1 = sar t0, 32\nreturn t1\n");
  EXPECT_EQ(at_return("mk", "$return->x"),
            "t0 = reg dwarf 0\nt1 = shl t0, 32\nt2 = sar t1, 32\nreturn t2\n");
  EXPECT_EQ(at_return("nothing", "$$return"), "string\nt1 = sprintf \"\"\nreturn t1\n");
}

TEST(Defined, AnswersQuietly) {
  EXPECT_EQ(at_work("@defined($o->in->a)"), "return 1\n");
  EXPECT_EQ(at_work("@defined($o->nope)"), "return 0\n");
  EXPECT_EQ(at_work("@defined($nope)"), "return 0\n");
  EXPECT_EQ(at_work("@defined($$vars)"), "return 1\n");
  EXPECT_EQ(at_work("@defined($return)"), "return 0\n");
}

TEST(Cast, ToATypeOfTheProgram) {
  EXPECT_EQ(at_work("@cast($o, \"struct inner\")->next->a"),
            std::string(kPointer) +
                "t3 = add t2, 24\nt4 = load user u64 t3\nt5 = load user s32 t4\nreturn t5\n");
  EXPECT_EQ(at_work("@cast($o, \"inner\")->a"),
            std::string(kPointer) + "t3 = load user s32 t2\nreturn t3\n");
  EXPECT_EQ(at_work("@cast($o, \"int\")[2]"),
            std::string(kPointer) + "t3 = add t2, 8\nt4 = load user s32 t3\nreturn t4\n");
}

class KernelVariables : public testing::Test {
 protected:
  void SetUp() override {
    if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
      GTEST_SKIP() << "this kernel has no BTF: kernel variables are NOT tested";
  }
  std::string at_switch(const std::string& expression) {
    return lowered("kernel.trace(\"sched_switch\")", expression);
  }
};

TEST_F(KernelVariables, FieldsAreRelocated) {
  EXPECT_EQ(at_switch("$next->pid"),
            "t0 = ctx_arg binding#0\nt1 = core_field struct task_struct___ct.pid t0\nreturn t1\n"
            "sched_switch $next in slot 2: struct task_struct *\n"
            "struct task_struct___ct { signed int pid; }\n");
  EXPECT_EQ(
      at_switch("$prev->mm->owner->tgid"),
      "t0 = ctx_arg binding#0\nt1 = core_offset struct task_struct___ct.mm\nt2 = add t0, t1\n"
      "t3 = load kernel u64 t2\nt4 = core_offset struct mm_struct___ct.owner\nt5 = add t3, t4\n"
      "t6 = load kernel u64 t5\nt7 = core_field struct task_struct___ct.tgid t6\nreturn t7\n"
      "sched_switch $prev in slot 1: struct task_struct *\n"
      "struct task_struct___ct { void *mm; signed int tgid; }\nstruct mm_struct___ct { void "
      "*owner; }\n");
}

TEST_F(KernelVariables, MembersOfAnonymousTypesGetAFlavor) {
  EXPECT_EQ(
      at_switch("$prev->cred->uid->val"),
      "t0 = ctx_arg binding#0\nt1 = core_offset struct task_struct___ct.cred\nt2 = add t0, t1\n"
      "t3 = load kernel u64 t2\nt4 = core_field struct cred___uid_val.uid.val t3\nreturn t4\n"
      "sched_switch $prev in slot 1: struct task_struct *\n"
      "struct task_struct___ct { void *cred; }\n"
      "struct cred___uid_val { struct { unsigned int val; } uid; }\n");
}

TEST_F(KernelVariables, ArraysGiveAddresses) {
  EXPECT_EQ(
      at_switch("$next->comm"),
      "t0 = ctx_arg binding#0\nt1 = core_offset struct task_struct___ct.comm\nt2 = add t0, t1\n"
      "return t2\nsched_switch $next in slot 2: struct task_struct *\n"
      "struct task_struct___ct { unsigned char comm[16]; }\n");
}

TEST_F(KernelVariables, DefinedAtTheReturnOfAFunction) {
  const std::string point = "kernel.function(\"vfs_read\").return";
  EXPECT_EQ(lowered(point, "@defined($nope)"), "return 0\n");
  EXPECT_EQ(lowered(point, "@defined($count->x)"), "return 0\n");
  EXPECT_EQ(lowered(point, "@defined($return->x)"), "return 0\n");
  EXPECT_EQ(lowered("kernel.function(\"do_exit\").return", "@defined($return)"), "return 0\n");
}

TEST_F(KernelVariables, NameOfTheTracepoint) {
  EXPECT_EQ(at_switch("$$name"), "string\nreturn \"sched_switch\"\n");
}

TEST_F(KernelVariables, ReturnValueOfAFunction) {
  EXPECT_EQ(lowered("kernel.function(\"vfs_read\").return", "$return"),
            "t0 = ctx_ret binding#0\nreturn t0\nvfs_read result in slot 0\n");
  EXPECT_EQ(lowered("kernel.function(\"vfs_read\")", "$count"),
            "t0 = ctx_arg binding#0\nreturn t0\nvfs_read $count in slot 2\n");
}

}  // namespace
}  // namespace coretap::probes::test
