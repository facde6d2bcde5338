// What the base flavour refuses, and how it tells the sites of a handler apart. No kernel needed.
#include "emit/flavour.h"

#include <gtest/gtest.h>

#include "emit/kernel_c.h"
#include "emit/loop_bounds.h"
#include "module_builder.h"

namespace coretap::test {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A handler on `sites` functions that asks for its site if `asks`.
Script many_sites(size_t sites, bool asks) {
  Script s;
  GlobalId n = s.scalar("n");
  auto& h = s.handler("h", Mechanism::Kprobe, "f0", [&](Code& c) {
    if (asks) c.on(Op::GlobalSet, n, {c.get(Op::SiteNum)});
    c.on(Op::GlobalAdd, n, {L(1)});
  });
  for (size_t i = 1; i < sites; ++i) {
    h.sites.push_back(h.sites[0]);
    h.sites[i].target = "f" + std::to_string(i);
  }
  return s;
}

TEST(Base, RefusesToReadStatisticsInTheKernel) {
  Script s;
  s.stat("st", {}, false);
  GlobalId st = s.last();
  s.handler("h", Mechanism::Uprobe, "f", [&](Code& c) {
    c.on(Op::StatGet, st).stat_fn = StatFn::Count;
    c.on(Op::Clear, st);
  });
  auto found = obstacle_lines(s.module);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0],
            "test.stp: reading a statistic in a kernel probe needs bpf_map_lookup_percpu_elem "
            "(Linux 5.19)");
  EXPECT_TRUE(has(found[1], "deleting a statistic"));
}

/// A handler that calls a function that goes through a string of 512 bytes, at `price` a byte, `inside` times in a function of
/// its own and `times` times itself.
Script walks(int price, int times, int inside) {
  Script s;
  FunctionId walk = s.embedded("walk", Long(), {{"text", Str(520)}},
                               "/* bytewise " + std::to_string(price) + " */ STAP_RETVALUE = 1;");
  FunctionId outer = s.embedded("outer", Long(), {{"text", Str(520)}}, "");
  Function& f = s.module.functions[outer];
  f.c.reset();
  Code body(f.body, f.body.block);
  for (int i = 0; i < inside; i++)
    body.add(Op::Call, {Operand::of(LocalId{0})}, body.temp(Long())).function = walk;
  s.handler("h", Mechanism::Uprobe, "f", [&](Code& c) {
    Operand text = c.temp(Str(520));
    for (int i = 0; i < times; i++) c.add(Op::Call, {text}, c.temp(Long())).function = walk;
    c.add(Op::Call, {text}, c.temp(Long())).function = outer;
  });
  return s;
}

TEST(Base, RefusesMoreWalksThroughStringsThanTheVerifierFollows) {
  EXPECT_TRUE(obstacle_lines(walks(5, 3, 0).module).empty());
  EXPECT_TRUE(obstacle_lines(walks(5, 1, 2).module).empty());
  EXPECT_TRUE(obstacle_lines(walks(3, 5, 0).module).empty());
  for (const Script& s : {walks(5, 4, 0), walks(5, 2, 2), walks(5, 0, 9), walks(3, 5, 1)}) {
    auto found = obstacle_lines(s.module);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(has(found[0], "going through so many long strings in one kernel probe"));
  }
}

TEST(Base, RefusesTheResultOfFexitAlsoInFunctions) {
  Script s;
  FunctionId result = s.embedded("result", Long(), {}, "STAP_RETVALUE = CT_RETURN_VALUE;");
  s.handler("x", Mechanism::Fexit, "f",
            [&](Code& c) { c.add(Op::Call, {}, c.temp(Long())).function = result; });
  s.handler("k", Mechanism::Kretprobe, "f", [&](Code& c) { c.get(Op::CtxRet); });
  ASSERT_EQ(obstacle_lines(s.module).size(), 1u);
  EXPECT_TRUE(has(obstacle_lines(s.module)[0], "bpf_get_func_ret"));
}

TEST(Base, OneProgramForEachSiteOnlyWhereAsked) {
  Script asks = many_sites(3, true), does_not = many_sites(3, false), one = many_sites(1, true);
  EXPECT_TRUE(tells_sites_apart(asks.module, asks.module.kernel_handlers[0]));
  EXPECT_FALSE(tells_sites_apart(does_not.module, does_not.module.kernel_handlers[0]));
  EXPECT_FALSE(tells_sites_apart(one.module, one.module.kernel_handlers[0]));
  std::string base = emit_kernel_c(asks.module, Flavour::Base);
  for (const char* name : {"int h_s0(", "int h_s1(", "int h_s2("}) EXPECT_TRUE(has(base, name));
  EXPECT_FALSE(has(base, "int h("));
  EXPECT_TRUE(has(emit_kernel_c(does_not.module, Flavour::Base), "int h("));
  EXPECT_TRUE(has(emit_kernel_c(asks.module), "int h("));
}

TEST(Base, RefusesToTellThousandsOfSitesApart) {
  EXPECT_TRUE(base_obstacles(many_sites(64, true).module).empty());
  Script s = many_sites(65, true);
  ASSERT_EQ(obstacle_lines(s.module).size(), 1u);
  EXPECT_TRUE(
      has(obstacle_lines(s.module)[0], "telling 65 probed places apart needs attach cookies"));
  EXPECT_TRUE(base_obstacles(many_sites(5000, false).module).empty());
}

/// `depth` loops in one another.
Script loops(int depth, uint32_t string_bytes) {
  Script s;
  GlobalId n = s.scalar("n");
  s.handler("h", Mechanism::Uprobe, "f", [&](Code& c) {
    auto nest = [&](auto&& self, Code& k, int left) -> void {
      if (left == 0) {
        if (string_bytes) k.get(Op::Concat, {k.temp(Str(string_bytes)), S("x")}, Str(string_bytes));
        k.on(Op::GlobalAdd, n, {L(1)});
        return;
      }
      k.loop([&](Code& t) { return t.get_on(Op::GlobalGet, n); },
             [&](Code& b) { self(self, b, left - 1); }, [](Code&) {});
    };
    nest(nest, c, depth);
  });
  return s;
}

const Inst& first_loop(const Block& block) {
  for (const Inst& inst : block)
    if (inst.op == Op::Loop) return inst;
  throw std::runtime_error("no loop");
}

TEST(Base, LoopsHaveBoundsTheVerifierCanAfford) {
  Script simple = loops(1, 0);
  const Inst& loop = first_loop(simple.module.kernel_handlers[0].body.block);
  EXPECT_EQ(kernel::LoopBounds(simple.module).turns(loop), 1000u);
  simple.module.max_action = 20;
  EXPECT_EQ(kernel::LoopBounds(simple.module).turns(loop), 20u);
  Script nested = loops(2, 0), strings = loops(1, 512);
  kernel::LoopBounds two(nested.module), wide(strings.module);
  const Inst& outer = first_loop(nested.module.kernel_handlers[0].body.block);
  EXPECT_GT(two.turns(outer), 10u);
  EXPECT_LE(two.turns(outer) * two.turns(first_loop(outer.blocks[1])), 5000u);
  EXPECT_LT(wide.turns(first_loop(strings.module.kernel_handlers[0].body.block)), 300u);
}

}  // namespace
}  // namespace coretap::test
