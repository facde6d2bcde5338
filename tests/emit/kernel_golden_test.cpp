// The emitted C of a few modules, as files under golden/: a change of the emitter shows up as a
// readable difference. `kernel_golden_test --update` rewrites them.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>

#include "emit/kernel_c.h"
#include "ir/error_places.h"
#include "module_builder.h"
#include "support/source.h"

namespace coretap::test {
namespace {

bool g_update = false;

struct Case {
  const char* name;
  std::function<void(Script&)> build;
};

/// `probe … { count[pid] ++ }`: what a hot handler costs.
void count_by_key(Script& s) {
  GlobalId count = s.array("count", {Long()}, Long(), true);
  s.handler("h", Mechanism::Uprobe, "main", [&](Code& c) {
    Operand pid = c.local("pid", Long());
    c.embedded(pid, "STAP_RETVALUE = bpf_get_current_pid_tgid() >> 32;");
    c.on(Op::ArrayAdd, count, {L(1), pid});
  });
}

void strings_and_records(Script& s) {
  GlobalId last = s.scalar("last", Str(64)), seen = s.array("seen", {Str(16), Long()});
  int64_t segment = s.segment({Long(), Str(64)});
  s.handler("h", Mechanism::TpBtf, "sched_switch", [&](Code& c) {
    Operand name = c.local("name", Str(16)), text = c.local("text", Str(64)), at = c.temp(Long());
    c.add(Op::CtxArg, {}, at).imm = 1;
    c.add(Op::LoadStr, {at}, name).space = Space::Kernel;
    c.set(text, Op::Concat, {name, S(" \"quoted\"?")});
    c.on(Op::ArraySet, seen, {L(1), name, at});
    c.on(Op::GlobalSet, last, {text});
    c.add(Op::Send, {at, text}).imm = segment;
  });
}

/// `printf("%.12m %#.*M", …)`: bytes go into records as they are.
void memory_dumps(Script& s) {
  Type twelve{Ty::Str, 16, true}, some{Ty::Str, 4096, true};
  int64_t segment = s.segment({twelve, some});
  s.handler("h", Mechanism::Uprobe, "main", [&](Code& c) {
    Operand at = c.local("at", Long()), a = c.temp(twelve), b = c.temp(some);
    c.add(Op::Reg, {}, at).imm = 5;
    c.add(Op::LoadBytes, {at, L(12)}, a).space = Space::Kernel;
    c.add(Op::LoadBytes, {at, at}, b).space = Space::User;
    c.add(Op::Send, {a, b}).imm = segment;
  });
}

void loops_and_errors(Script& s) {
  GlobalId total = s.scalar("total");
  s.stat("times", {}).hists = {HistSpec{}, HistSpec{true, 0, 100, 10}};
  GlobalId times = s.last();
  s.handler("h", Mechanism::Tracepoint, "syscalls:sys_enter_read", [&](Code& c) {
    Operand i = c.local("i", Long()), text = c.local("why", Str(64));
    c.try_catch(
        text,
        [&](Code& k) {
          k.set(i, Op::Copy, {L(10)});
          k.loop(
              [&](Code& m) {
                return m.get(Op::Lt, {L(-1), i});
              },
              [&](Code& m) {
                Operand v = m.get(Op::Div, {L(100), i});
                m.if_(m.get(Op::Eq, {v, L(50)}), [](Code& b) { b.add(Op::Continue); });
                m.on(Op::StatAdd, times, {v});
              },
              [&](Code& m) {
                m.set(i, Op::Sub, {i, L(1)});
              });
        },
        [&](Code& k) { k.on(Op::GlobalAdd, total, {L(1)}); });
  });
}

/// Positions of a script with a name that C has to quote.
void lines_of_the_script(Script& s) {
  static Sources sources;
  const SourceFile& file =
      sources.add("my \"odd\" dir/a.stp", "global n\nprobe begin {\n  n = 1 / n\n}\n", true);
  GlobalId n = s.scalar("n");
  s.handler("h", Mechanism::Uretprobe, "main", [&](Code& c) {
    Operand v = c.get_on(Op::GlobalGet, n);
    Operand q = c.temp(Long());
    c.add(Op::Div, {L(1), v}, q).span = {&file, 28, 33, nullptr};
    c.on(Op::GlobalSet, n, {q}).span = {&file, 24, 33, nullptr};
  });
}

/// Without this, googletest prints the bytes of the struct, and the test's name changes with every load address.
void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class Golden : public ::testing::TestWithParam<Case> {};

TEST_P(Golden, KernelC) {
  Script s;
  GetParam().build(s);
  ASSERT_EQ(verify(s.module), "");
  ir::number_error_places(s.module);
  std::string text = emit_kernel_c(s.module);
  std::string path = std::string(CORETAP_SOURCE "/tests/emit/golden/") + GetParam().name + ".c";
  if (g_update) std::ofstream(path) << text;
  std::stringstream wanted;
  wanted << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, wanted.str()) << "if the change is meant: kernel_golden_test --update";
}

INSTANTIATE_TEST_SUITE_P(All, Golden,
                         ::testing::Values(Case{"count_by_key", count_by_key},
                                           Case{"strings_and_records", strings_and_records},
                                           Case{"memory_dumps", memory_dumps},
                                           Case{"loops_and_errors", loops_and_errors},
                                           Case{"lines_of_the_script", lines_of_the_script}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace coretap::test

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  coretap::test::g_update = argc > 1 && strcmp(argv[1], "--update") == 0;
  return RUN_ALL_TESTS();
}
