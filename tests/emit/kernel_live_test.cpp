// The emitter's meaning, on this machine's kernel: modules written by hand are compiled, loaded and
// triggered, and what they leave behind is compared with what the trigger knows it did.
#include <thread>

#include "live_fixture.h"

namespace coretap::test {
namespace {

TEST_F(Live, EightThreadsCountExactly) {
  Script s;
  GlobalId n = s.scalar("n"), by_arg = s.array("by_arg", {Long()}, Long(), true);
  s.stat("lat", {Long()}).need_min_max = true;
  GlobalId lat = s.last();
  s.stat("all", {});
  GlobalId all = s.last();
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand a = c.temp(Long()), b = c.temp(Long());
    c.add(Op::CtxArg, {}, a).imm = 0;
    c.add(Op::CtxArg, {}, b).imm = 1;
    c.on(Op::GlobalAdd, n, {L(1)});
    c.on(Op::ArrayAdd, by_arg, {L(1), a});
    c.on(Op::StatAdd, lat, {b, a});
    c.on(Op::StatAdd, all, {b});
  });
  LiveObject live(s.module);
  live.attach();
  ct_target(1, 1);  // before the gate opens: does not count
  live.start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([t] {
      for (int i = 0; i < 12500; ++i) ct_target(t % 4, i);
    });
  for (auto& t : threads) t.join();
  live.stop();
  ct_target(1, 1);
  EXPECT_EQ(live.counts(0).errors, 0u);
  EXPECT_EQ(live.counts(0).frame_busy, 0u);
  for (const std::string& record : live.records()) {
    const auto* error = reinterpret_cast<const ct_rec_error*>(record.data());
    ADD_FAILURE() << "run-time error " << error->code << ", detail " << std::hex << error->detail;
  }
  EXPECT_EQ(live.scalar(n), 100000);
  int64_t counted = 0;
  for (int64_t k = 0; k < 4; ++k) {
    EXPECT_EQ(live.element(by_arg, k), 25000);
    counted += live.element(by_arg, k);
    auto st = live.statistic(lat, raw(k));
    EXPECT_EQ(st[0], 25000u);
    EXPECT_EQ(st[1], 2u * (12499u * 12500u / 2));
    EXPECT_EQ(ct_min_of(st[2]), 0);
    EXPECT_EQ(ct_max_of(st[3]), 12499);
  }
  EXPECT_EQ(counted, 100000);
  EXPECT_EQ(live.statistic(all, std::string(4, 0))[0], 100000u);
  EXPECT_EQ(live.counts(0).handled, 100000u);
}

#ifdef __x86_64__
/// Programs of uprobes nest; on a stack of their CPU they would overwrite each other's: ct_own_stack().
TEST_F(Live, UprobesRunOnTheStackOfTheirTask) {
  Script s;
  GlobalId n = s.scalar("n");
  for (Mechanism mechanism : {Mechanism::Uprobe, Mechanism::Uretprobe})
    s.handler(mechanism == Mechanism::Uprobe ? "in" : "out", mechanism, "ct_target_text",
              [&](Code& c) {
                // Strings on the stack, and memory that a sleepable program would wait for.
                Operand a = text_argument(c, 32), b = c.get(Op::Copy, {a}, Str(32));
                c.on(Op::GlobalAdd, n, {c.get(Op::StrEq, {a, b})});
                c.loop(
                    [&](Code& k) {
                      return k.get(Op::Lt, {k.get_on(Op::GlobalGet, n), L(3)});
                    },
                    [&](Code& k) { k.on(Op::GlobalAdd, n, {L(1)}); }, [](Code&) {});
              });
  LiveObject live(s.module);
  std::string code = live.machine_code();
  ASSERT_FALSE(code.empty());
  // add %gs:OFFSET,%r9: how the JIT reaches the stack of this CPU (emit_priv_frame_ptr() in its source).
  EXPECT_EQ(code.find(std::string("\x65\x4c\x03\x0c\x25", 5)), std::string::npos);
}
#endif

}  // namespace
}  // namespace coretap::test
