// Every operation of ops.def that the kernel side has, against what C++ computes.
#include <unistd.h>

#include <climits>
#include <set>

#include "../ir/operations.h"
#include "live_fixture.h"

namespace coretap::test {
namespace {

std::shared_ptr<std::vector<FormatPiece>> pieces(std::vector<std::pair<std::string, char>> list) {
  auto out = std::make_shared<std::vector<FormatPiece>>();
  for (auto& [text, conversion] : list) {
    FormatPiece piece;
    piece.kind = conversion ? FormatPiece::Conversion : FormatPiece::Literal;
    piece.text = text;
    piece.conversion = conversion;
    out->push_back(piece);
  }
  return out;
}

uint64_t U(int64_t v) { return static_cast<uint64_t>(v); }
template <typename T>
int64_t I(T v) {
  return static_cast<int64_t>(v);
}

TEST_F(Live, Arithmetic) {
  struct Case {
    Op op;
    int64_t (*expect)(int64_t, int64_t);
  };
  const Case cases[] = {
      {Op::Add, [](int64_t a, int64_t b) { return I(U(a) + U(b)); }},
      {Op::Sub, [](int64_t a, int64_t b) { return I(U(a) - U(b)); }},
      {Op::Mul, [](int64_t a, int64_t b) { return I(U(a) * U(b)); }},
      {Op::Div, [](int64_t a, int64_t b) { return a == INT64_MIN && b == -1 ? a : a / b; }},
      {Op::Mod, [](int64_t a, int64_t b) { return b == -1 ? 0 : a % b; }},
      {Op::And, [](int64_t a, int64_t b) { return a & b; }},
      {Op::Or, [](int64_t a, int64_t b) { return a | b; }},
      {Op::Xor, [](int64_t a, int64_t b) { return a ^ b; }},
      {Op::Shl, [](int64_t a, int64_t b) { return I(U(a) << (b & 63)); }},
      {Op::Sar, [](int64_t a, int64_t b) { return a >> (b & 63); }},
      {Op::Shr, [](int64_t a, int64_t b) { return I(U(a) >> (b & 63)); }},
      {Op::Eq, [](int64_t a, int64_t b) { return I(a == b); }},
      {Op::Ne, [](int64_t a, int64_t b) { return I(a != b); }},
      {Op::Lt, [](int64_t a, int64_t b) { return I(a < b); }},
      {Op::Le, [](int64_t a, int64_t b) { return I(a <= b); }},
      {Op::Ult, [](int64_t a, int64_t b) { return I(U(a) < U(b)); }},
  };
  std::set<Op> tested;
  for (const Case& c : cases) tested.insert(c.op);
  for (Op op : operations_of_two_numbers())
    EXPECT_TRUE(tested.count(op)) << info(op).text << " is not among the cases";
  Script s;
  for (const Case& c : cases) s.scalar(info(c.op).text);
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand a = argument(c, 0), b = argument(c, 1);
    for (size_t i = 0; i < std::size(cases); ++i)
      c.on(Op::GlobalSet, static_cast<GlobalId>(i), {c.get(cases[i].op, {a, b})});
  });
  Running live(s);
  const int64_t values[] = {0, 1, -1, 7, -7, 63, 64, 1000003, INT64_MAX, INT64_MIN};
  for (int64_t a : values)
    for (int64_t b : values) {
      if (b == 0) continue;
      ct_target(a, b);
      for (size_t i = 0; i < std::size(cases); ++i)
        EXPECT_EQ(live.scalar(static_cast<GlobalId>(i)), cases[i].expect(a, b))
            << info(cases[i].op).text << " " << a << " " << b;
    }
}

/// Strings of `cap` bytes: on the stack if small, in the frame if not.
class Strings : public Live, public ::testing::WithParamInterface<uint32_t> {};

TEST_P(Strings, CopyConcatCompareFormat) {
  uint32_t cap = GetParam();
  Script s;
  enum { Copied, Joined, Own, Reverse, Formatted, Cut, Equal, Compared, CompareOther };
  for (int i = Copied; i <= Formatted; ++i) s.scalar("s" + std::to_string(i), Str(cap * 2));
  s.scalar("cut", Str(8));
  for (int i = Equal; i <= CompareOther; ++i) s.scalar("n" + std::to_string(i));
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand text = text_argument(c, cap);
    Operand copied = c.get(Op::Copy, {text}, Str(cap));
    c.on(Op::GlobalSet, Copied, {copied});
    c.on(Op::GlobalSet, Joined, {c.get(Op::Concat, {text, S("<>")}, Str(cap + 8))});
    Operand own = c.get(Op::Copy, {text}, Str(cap * 2));
    c.set(own, Op::Concat, {own, text});
    c.on(Op::GlobalSet, Own, {own});
    Operand reverse = c.get(Op::Copy, {text}, Str(cap * 2));
    c.set(reverse, Op::Concat, {S("ab"), reverse});
    c.on(Op::GlobalSet, Reverse, {reverse});
    Operand formatted = c.temp(Str(cap * 2));
    c.add(Op::Sprintf, {L(-42), text, L('!'), L(255)}, formatted).format =
        pieces({{"n=", 0}, {"", 'd'}, {" ", 0}, {"", 's'}, {"", 'c'}, {"", 'x'}});
    c.on(Op::GlobalSet, Formatted, {formatted});
    c.on(Op::GlobalSet, Cut, {text});
    c.on(Op::GlobalSet, Equal, {c.get(Op::StrEq, {copied, S("hello")})});
    c.on(Op::GlobalSet, Compared, {c.get(Op::StrCmp, {text, S("hello")})});
    c.on(Op::GlobalSet, CompareOther, {c.get(Op::StrCmp, {text, S("hello, this is longer")})});
  });
  Running live(s);
  auto sign = [](int64_t v) { return v < 0 ? -1 : v > 0 ? 1 : 0; };
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("hello"), std::string("hellp"),
        std::string("hell\xff"), std::string("12345678"), std::string("123456789abcdef")}) {
    ct_target_text(text.c_str());
    EXPECT_EQ(live.text(Copied), text);
    EXPECT_EQ(live.text(Joined), text + "<>");
    EXPECT_EQ(live.text(Own), text + text);
    EXPECT_EQ(live.text(Reverse), "ab" + text);
    EXPECT_EQ(live.text(Formatted), ("n=-42 " + text + "!ff").substr(0, cap * 2 - 1));
    EXPECT_EQ(live.text(Cut), text.substr(0, 7));
    EXPECT_EQ(live.scalar(Equal), text == "hello");
    EXPECT_EQ(sign(live.scalar(Compared)), sign(text.compare("hello")));
    EXPECT_EQ(sign(live.scalar(CompareOther)), sign(text.compare("hello, this is longer")));
  }
  EXPECT_EQ(live.counts(0).handled, 7u);
  EXPECT_EQ(live.counts(0).frame_busy, 0u);
}
INSTANTIATE_TEST_SUITE_P(Capacities, Strings, ::testing::Values(16, 64, 256));

TEST_F(Live, StringsAreCutAtTheirCapacity) {
  Script s;
  GlobalId g = s.scalar("g", Str(24));
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand text = text_argument(c, 64);
    c.on(Op::GlobalSet, g, {c.get(Op::Concat, {text, text}, Str(24))});
  });
  Running live(s);
  for (size_t length = 0; length < 40; ++length) {
    std::string text(length, 'x');
    ct_target_text(text.c_str());
    EXPECT_EQ(live.text(g), (text + text).substr(0, 23)) << length;
  }
}

/// x = steps of x, on a global and on an element that is not there at first, against C++.
TEST_F(Live, Updates) {
  using ir::UpdateStep;
  const std::vector<UpdateStep> chains[] = {
      {{UpdateStep::Arithmetic, Op::Or}},
      {{UpdateStep::Arithmetic, Op::And}},
      {{UpdateStep::Arithmetic, Op::Xor}},
      {{UpdateStep::Arithmetic, Op::Mul}, {UpdateStep::Arithmetic, Op::Add}},
      {{UpdateStep::Arithmetic, Op::Sub, true}, {UpdateStep::Arithmetic, Op::Shl}},
      {{UpdateStep::Arithmetic, Op::Add}, {UpdateStep::Arithmetic, Op::Div}},
      {{UpdateStep::Arithmetic, Op::Sub}, {UpdateStep::Arithmetic, Op::Mod}},
      {{UpdateStep::KeepLarger}, {UpdateStep::Arithmetic, Op::Shr}},
      {{UpdateStep::KeepSmaller}, {UpdateStep::Arithmetic, Op::Sar}},
  };
  auto step = [](const UpdateStep& s, int64_t x, int64_t value) -> int64_t {
    if (s.kind == UpdateStep::KeepLarger) return std::max(x, value);
    if (s.kind == UpdateStep::KeepSmaller) return std::min(x, value);
    int64_t a = s.reversed ? value : x, b = s.reversed ? x : value;
    uint64_t ua = static_cast<uint64_t>(a), ub = static_cast<uint64_t>(b);
    switch (s.op) {
      case Op::Add: return static_cast<int64_t>(ua + ub);
      case Op::Sub: return static_cast<int64_t>(ua - ub);
      case Op::Mul: return static_cast<int64_t>(ua * ub);
      case Op::Div: return a / b;
      case Op::Mod: return a % b;
      case Op::And: return a & b;
      case Op::Or: return a | b;
      case Op::Xor: return a ^ b;
      case Op::Shl: return static_cast<int64_t>(ua << (b & 63));
      case Op::Shr: return static_cast<int64_t>(ua >> (b & 63));
      default: return a >> (b & 63);
    }
  };
  Script s;
  GlobalId a = s.array("a", {Long()});
  std::vector<GlobalId> x, after;
  for (size_t i = 0; i < std::size(chains); ++i) {
    x.push_back(s.scalar("x" + std::to_string(i)));
    after.push_back(s.scalar("after" + std::to_string(i)));
  }
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand v = argument(c, 0), w = argument(c, 1);
    for (size_t i = 0; i < std::size(chains); ++i) {
      auto steps = std::make_shared<const std::vector<UpdateStep>>(chains[i]);
      std::vector<Operand> values = {v};
      if (chains[i].size() > 1) values.push_back(w);
      ir::Inst& scalar = c.add(Op::GlobalUpdate, values);
      scalar.global = x[i];
      scalar.steps = steps;
      values.push_back(L(static_cast<int64_t>(i)));
      Operand sum = c.temp(Long());
      ir::Inst& element = c.add(Op::ArrayUpdate, values, sum);
      element.global = a;
      element.steps = steps;
      c.on(Op::GlobalSet, after[i], {sum});
    }
  });
  Running live(s);
  std::vector<int64_t> wanted(std::size(chains));
  for (auto [v, w] : {std::pair{5, 3}, {-7, 2}, {100, 9}, {-1, 1}, {63, 5}}) {
    ct_target(v, w);
    for (size_t i = 0; i < std::size(chains); ++i) {
      wanted[i] = step(chains[i][0], wanted[i], v);
      if (chains[i].size() > 1) wanted[i] = step(chains[i][1], wanted[i], w);
      EXPECT_EQ(live.scalar(x[i]), wanted[i]) << i << " " << v;
      EXPECT_EQ(live.scalar(after[i]), wanted[i]) << i << " " << v;
    }
  }
}

TEST_F(Live, ArraysOfLongs) {
  Script s;
  GlobalId a = s.array("a", {Long(), Long()}), after = s.scalar("after"), in = s.scalar("in"),
           got = s.scalar("got"), gone = s.scalar("gone");
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    Operand k = argument(c, 0), v = argument(c, 1);
    c.on(Op::ArraySet, a, {v, k, L(1)});
    c.on(Op::GlobalSet, after, {c.get_on(Op::ArrayAdd, a, {L(5), k, L(1)})});
    c.on(Op::ArrayAdd, a, {L(2), k, L(1)});
    c.on(Op::GlobalSet, in, {c.get_on(Op::ArrayIn, a, {k, L(1)})});
    c.on(Op::GlobalSet, got, {c.get_on(Op::ArrayGet, a, {k, L(1)})});
    c.on(Op::ArraySet, a, {v, k, L(2)});
    c.on(Op::ArrayDelete, a, {k, L(2)});
    Operand sum =
        c.get(Op::Add, {c.get_on(Op::ArrayIn, a, {k, L(2)}), c.get_on(Op::ArrayGet, a, {k, L(2)})});
    c.on(Op::GlobalSet, gone, {sum});
  });
  Running live(s);
  live.scalar(gone) = 77;
  ct_target(3, 100);
  EXPECT_EQ(live.scalar(after), 105);
  EXPECT_EQ(live.scalar(in), 1);
  EXPECT_EQ(live.scalar(got), 107);
  EXPECT_EQ(live.scalar(gone), 0);
  auto all = live.elements(a);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.begin()->first, raw(3) + raw(1));
  EXPECT_EQ(all.begin()->second, raw(107));
}

TEST_F(Live, StringsAsKeysAndValues) {
  Script s;
  GlobalId small = s.array("small", {Str(16)}), mixed = s.array("mixed", {Long(), Str(128)}),
           texts = s.array("texts", {Str(16)}, Str(64)), back = s.scalar("back", Str(64)),
           none = s.scalar("none", Str(64));
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand text = text_argument(c, 64);
    c.on(Op::ArrayAdd, small, {L(1), text});
    c.on(Op::ArrayAdd, mixed, {L(1), L(9), text});
    c.on(Op::ArraySet, texts, {text, S("key")});
    c.on(Op::GlobalSet, back, {c.get_on(Op::ArrayGet, texts, {S("key")}, Str(64))});
    c.on(Op::GlobalSet, none, {c.get_on(Op::ArrayGet, texts, {S("other")}, Str(64))});
  });
  Running live(s);
  std::string longer = "0123456789abcdef+";
  for (int i = 0; i < 3; ++i) ct_target_text("alpha");
  ct_target_text("beta");
  ct_target_text(longer.c_str());
  auto counted = live.elements(small);
  EXPECT_EQ(counted.size(), 3u);
  EXPECT_EQ(counted[padded("alpha", 16)], raw(3));
  EXPECT_EQ(counted[padded("beta", 16)], raw(1));
  EXPECT_EQ(counted[padded("0123456789abcde", 16)], raw(1));
  EXPECT_EQ(live.elements(mixed)[raw(9) + padded(longer, 128)], raw(1));
  EXPECT_EQ(live.text(back), longer);
  EXPECT_EQ(live.text(none), "");
}

TEST_F(Live, ScalarsSetGetAddClear) {
  Script s;
  GlobalId n = s.scalar("n"), after = s.scalar("after"), copy = s.scalar("copy"),
           gone = s.scalar("gone"), text = s.scalar("text", Str(16));
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    c.on(Op::GlobalSet, n, {argument(c, 0)});
    c.on(Op::GlobalSet, after, {c.get_on(Op::GlobalAdd, n, {L(10)})});
    c.on(Op::GlobalSet, copy, {c.get_on(Op::GlobalGet, n)});
    c.on(Op::Clear, gone);
    Operand old = c.get_on(Op::GlobalGet, text, {}, Str(16));
    c.on(Op::Clear, text);
    c.on(Op::GlobalSet, text, {c.get(Op::Concat, {old, S("x")}, Str(16))});
  });
  Running live(s);
  live.scalar(gone) = 5;
  for (int i = 0; i < 3; ++i) ct_target(i, 0);
  EXPECT_EQ(live.scalar(n), 12);
  EXPECT_EQ(live.scalar(after), 12);
  EXPECT_EQ(live.scalar(copy), 12);
  EXPECT_EQ(live.scalar(gone), 0);
  EXPECT_EQ(live.text(text), "xxx");
}

TEST_F(Live, StatisticsOfExtremes) {
  Script s;
  Global& g = s.stat("st", {});
  g.need_min_max = g.need_variance = true;
  g.hists = {HistSpec{}, HistSpec{true, -10, 10, 5}};
  GlobalId st = s.last();
  s.handler("h", Mechanism::Uprobe, "ct_target",
            [&](Code& c) { c.on(Op::StatAdd, st, {argument(c, 0)}); });
  Running live(s);
  const int64_t values[] = {0,  1,  -1, 2,   3,   4,         -4,        9,
                            10, 11, -9, -10, -11, INT64_MAX, INT64_MIN, 1ll << 40};
  uint64_t log[128] = {}, linear[7] = {};
  unsigned __int128 squares = 0;
  uint64_t sum = 0;
  for (int64_t v : values) {
    ct_target(v, 0);
    sum += static_cast<uint64_t>(v);
    unsigned __int128 magnitude = v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
    squares += magnitude * magnitude;
    int bits = 0;
    for (unsigned __int128 m = magnitude; m; m >>= 1) ++bits;
    ++log[v < 0 ? 64 - bits : 64 + bits];
    ++linear[v < -10 ? 0 : v >= 15 ? 6 : (v + 10) / 5 + 1];
  }
  auto got = live.statistic(st, std::string(4, 0));
  EXPECT_EQ(got[0], std::size(values));
  EXPECT_EQ(got[1], sum);
  EXPECT_EQ(ct_min_of(got[2]), INT64_MIN);
  EXPECT_EQ(ct_max_of(got[3]), INT64_MAX);
  EXPECT_EQ(got[4], static_cast<uint64_t>(squares));
  EXPECT_EQ(got[5], static_cast<uint64_t>(squares >> 64));
  for (int i = 0; i < 128; ++i) EXPECT_EQ(got[6 + i], log[i]) << "bucket " << i;
  for (int i = 0; i < 7; ++i) EXPECT_EQ(got[134 + i], linear[i]) << "bucket " << i;
}

TEST_F(LiveModern, StatisticsReadAndClearedInTheKernel) {
  Script s;
  s.stat("st", {Long()}, false).need_min_max = true;
  GlobalId st = s.last();
  s.stat("one", {}, false);
  GlobalId one = s.last();
  GlobalId out = s.scalar("out0");
  for (int i = 1; i < 6; ++i) s.scalar("out" + std::to_string(i));
  GlobalId message = s.scalar("message", Str(64));
  s.handler("add", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    c.on(Op::StatAdd, st, {argument(c, 1), argument(c, 0)});
    c.on(Op::StatAdd, one, {argument(c, 1)});
  });
  s.handler("read", Mechanism::Uprobe, "ct_target_other", [&](Code& c) {
    const StatFn functions[] = {StatFn::Count, StatFn::Sum, StatFn::Min, StatFn::Max, StatFn::Avg};
    for (size_t i = 0; i < 5; ++i) {
      Operand v = c.temp(Long());
      c.on(Op::StatGet, st, {L(7)}, v).stat_fn = functions[i];
      c.on(Op::GlobalSet, out + static_cast<GlobalId>(i), {v});
    }
    Operand v = c.temp(Long()), text = c.temp(Str(64));
    c.on(Op::StatGet, one, {}, v).stat_fn = StatFn::Count;
    c.on(Op::GlobalSet, out + 5, {v});
    c.on(Op::Clear, one);
    c.try_catch(
        text, [&](Code& k) { k.on(Op::StatGet, one).stat_fn = StatFn::Avg; },
        [&](Code& k) { k.on(Op::GlobalSet, message, {text}); });
  });
  Running live(s);
  for (int64_t v : {5, -3, 10}) ct_target(7, v);
  ct_target_other(0);
  const int64_t expect[] = {3, 12, -3, 10, 4, 3};
  for (GlobalId i = 0; i < 6; ++i) EXPECT_EQ(live.scalar(out + i), expect[i]) << i;
  EXPECT_EQ(live.text(message), "empty aggregate");
  EXPECT_EQ(live.statistic(one, std::string(4, 0))[0], 0u);
}

TEST_F(Live, GenerationsFlipWithoutLoss) {
  Script s;
  GlobalId a = s.array("a", {Long()}, Long(), true);
  s.handler("h", Mechanism::Uprobe, "ct_target", [&](Code& c) {
    c.on(Op::ArrayAdd, a, {L(1), argument(c, 0)});
  });
  Running live(s);
  for (int i = 0; i < 10; ++i) ct_target(1, 0);
  live.generation(a) = 1;
  for (int i = 0; i < 5; ++i) ct_target(1, 0);
  EXPECT_EQ(live.element(a, 1, 0), 10);
  EXPECT_EQ(live.element(a, 1, 1), 5);
}

TEST_F(Live, LoadsOfEverySize) {
  Script s;
  GlobalId first = s.scalar("g0");
  for (int i = 1; i < 8; ++i) s.scalar("g" + std::to_string(i));
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand p = argument(c, 0);
    for (GlobalId i = 0; i < 8; ++i) {
      Operand v = c.temp(Long());
      Inst& load = c.add(Op::Load, {p}, v);
      load.space = Space::User;
      load.size = 1u << (i / 2);
      load.is_signed = i % 2;
      c.on(Op::GlobalSet, first + i, {v});
    }
  });
  Running live(s);
  char bytes[] = "\x81\x92\xa3\xb4\xc5\xd6\xe7\xf8";
  ct_target_text(bytes);
  int64_t whole;
  memcpy(&whole, bytes, 8);
  EXPECT_EQ(live.scalar(first), static_cast<uint8_t>(whole));
  EXPECT_EQ(live.scalar(first + 1), static_cast<int8_t>(whole));
  EXPECT_EQ(live.scalar(first + 2), static_cast<uint16_t>(whole));
  EXPECT_EQ(live.scalar(first + 3), static_cast<int16_t>(whole));
  EXPECT_EQ(live.scalar(first + 4), static_cast<uint32_t>(whole));
  EXPECT_EQ(live.scalar(first + 5), static_cast<int32_t>(whole));
  EXPECT_EQ(live.scalar(first + 6), whole);
  EXPECT_EQ(live.scalar(first + 7), whole);
}

TEST_F(Live, RecordsCarryLongsAndStrings) {
  Script s;
  int64_t segment = s.segment({Long(), Str(32), Long()});
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand text = text_argument(c, 16);
    c.add(Op::Send, {L(-5), text, L(7)}).imm = segment;
  });
  Running live(s);
  ct_target_text("payload");
  auto records = live.records();
  ASSERT_EQ(records.size(), 1u);
  ASSERT_EQ(records[0].size(), 24u + 8 + 32 + 8);
  ct_rec_hdr hdr;
  memcpy(&hdr, records[0].data(), sizeof hdr);
  EXPECT_EQ(hdr.segment, 0u);
  EXPECT_EQ(hdr.pid, static_cast<uint32_t>(getpid()));
  EXPECT_EQ(hdr.tid, static_cast<uint32_t>(gettid()));
  EXPECT_EQ(records[0].substr(24), raw(-5) + padded("payload", 32) + raw(7));
}

TEST_F(Live, LostRecordsAreCounted) {
  Script s;
  int64_t segment = s.segment({Str(512)});
  s.handler("h", Mechanism::Uprobe, "ct_target",
            [&](Code& c) { c.add(Op::Send, {S("x")}).imm = segment; });
  Running live(s);
  constexpr uint64_t kSent = 6000;  // of 544 bytes each, into 2 MiB
  for (uint64_t i = 0; i < kSent; ++i) ct_target(0, 0);
  uint64_t arrived = live.records().size(), lost = live.counts(0).lost_records;
  EXPECT_GT(lost, 0u);
  EXPECT_EQ(arrived + lost, kSent);
  EXPECT_EQ(live.counts(0).handled, kSent);
}

}  // namespace
}  // namespace coretap::test
