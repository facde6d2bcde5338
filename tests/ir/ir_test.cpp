// The verifier refuses each kind of broken module with a sentence that names it; the printer shows
// what is there.
#include <gtest/gtest.h>

#include <functional>

#include "ir/arithmetic.h"
#include "module_builder.h"
#include "operations.h"

namespace coretap::test {
namespace {

/// The operations of the rows of ast/operators.def.
namespace row {
constexpr int None = -1;
#define CORETAP_OP(name, ...) constexpr int name = static_cast<int>(Op::name);
#include "ir/ops.def"
#undef CORETAP_OP
}  // namespace row

struct OperatorRow {
  const char* spelling;
  int operation;
};
constexpr OperatorRow kOperators[] = {
#define CORETAP_OPERATOR(name, token, spelling, shape, level, applies, operation) \
  {spelling, row::operation},
#include "ast/operators.def"
#undef CORETAP_OPERATOR
};

/// A module with one of everything that a broken instruction may refer to.
struct Base : Script {
  GlobalId n, text, by, st, host;
  Base() {
    n = scalar("n");
    text = scalar("text", Str(16));
    by = array("by", {Long(), Str(16)});
    stat("st", {});
    st = last();
    host = scalar("host");
    module.globals[host].shared = false;
    segment({Long(), Str(16)});
    embedded("f", Long(), {{"x", Long()}}, "STAP_RETVALUE = 1;");
  }
  std::string verify_with(const std::function<void(Code&)>& fill) {
    handler("h", Mechanism::Uprobe, "main", fill);
    return verify(module);
  }
};

TEST(Arithmetic, IsComputedOfConstants) {
  for (Op op : operations_of_two_numbers())
    EXPECT_TRUE(constant(op, 12, 5)) << info(op).text << " has no case in arithmetic.cpp";
  EXPECT_FALSE(constant(Op::GlobalGet, 12, 5));
}

TEST(Arithmetic, EachOperatorsOperationMayBeTheStepOfAnUpdate) {
  size_t found = 0;
  for (const OperatorRow& each : kOperators) {
    if (each.operation == row::None) continue;
    found++;
    Base b;
    UpdateStep step{UpdateStep::Arithmetic, static_cast<Op>(each.operation)};
    auto update = [&](Code& c) {
      c.on(Op::GlobalUpdate, b.n, {L(3)}).steps =
          std::make_shared<const std::vector<UpdateStep>>(1, step);
    };
    EXPECT_EQ(b.verify_with(update), "") << each.spelling;
  }
  EXPECT_GT(found, 8u);
}

TEST(Verify, AcceptsWhatTheLanguageNeeds) {
  Base b;
  EXPECT_EQ(b.verify_with([&](Code& c) {
    Operand i = c.local("i", Long()), t = c.local("t", Str(16)), m = c.local("m", Str(64));
    c.set(i, Op::Copy, {L(3)});
    c.loop(
        [&](Code& k) {
          return k.get(Op::Lt, {i, L(9)});
        },
        [&](Code& k) { k.if_(i, [](Code& x) { x.add(Op::Break); }); },
        [&](Code& k) {
          k.set(i, Op::Add, {i, L(1)});
        });
    c.set(t, Op::Concat, {S("a"), t});
    c.on(Op::ArrayAdd, b.by, {L(1), i, t});
    c.on(Op::StatAdd, b.st, {i});
    c.try_catch(
        m,
        [&](Code& k) {
          k.add(Op::Div, {L(1), i});
        },
        [&](Code& k) { k.add(Op::Next); });
    c.add(Op::Send, {i, t}).imm = 0;
    c.add(Op::Call, {L(1)}, i).function = 0;
  }),
            "");
}

struct Broken {
  const char* name;
  const char* says;
  std::function<void(Base&, Code&)> fill;
};

/// Without this, googletest prints the bytes of the struct, and the test's name changes with every load address.
void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.says; }

class VerifyRefuses : public ::testing::TestWithParam<Broken> {};

TEST_P(VerifyRefuses, WithItsReason) {
  Base b;
  std::string said = b.verify_with([&](Code& c) { GetParam().fill(b, c); });
  EXPECT_NE(said.find(GetParam().says), std::string::npos) << said;
  EXPECT_EQ(said.find("kernel handler h: "), 0u) << said;
}

const Broken kBroken[] = {
    Broken{"UserOperation", "other side", [](Base&, Code& c) { c.add(Op::Printf); }},
    Broken{"DestinationRange", "destination out of range",
           [](Base&, Code& c) {
             c.add(Op::Add, {L(1), L(1)}, Operand::of(99));
           }},
    Broken{"OperandRange", "operand out of range",
           [](Base&, Code& c) {
             c.get(Op::Add, {Operand::of(99), L(1)});
           }},
    Broken{"StringForLong", "operand is not a long",
           [](Base&, Code& c) {
             c.get(Op::Add, {S("a"), L(1)});
           }},
    Broken{"LongForString", "operand is not a string",
           [](Base&, Code& c) {
             c.get(Op::StrEq, {S("a"), L(1)});
           }},
    Broken{"LongDestination", "destination is not a string",
           [](Base&, Code& c) {
             c.get(Op::Concat, {S("a"), S("b")});
           }},
    Broken{"FewOperands", "too few", [](Base&, Code& c) { c.get(Op::Add, {L(1)}); }},
    Broken{"ManyOperands", "too many",
           [](Base&, Code& c) {
             c.get(Op::Add, {L(1), L(2), L(3)});
           }},
    Broken{"UselessPure", "without a destination",
           [](Base&, Code& c) {
             c.add(Op::Add, {L(1), L(2)});
           }},
    Broken{"CopyBetweenTypes", "copy between types",
           [](Base&, Code& c) { c.get(Op::Copy, {S("a")}); }},
    Broken{"UnknownPattern", "does not list",
           [](Base&, Code& c) {
             Operand dst = c.temp(Long());
             c.add(Op::RegexMatch, {S("a")}, dst).name = "a";
           }},
    Broken{"GlobalRange", "global out of range",
           [](Base&, Code& c) { c.on(Op::GlobalSet, 99, {L(1)}); }},
    Broken{"NotShared", "not shared",
           [](Base& b, Code& c) { c.on(Op::GlobalSet, b.host, {L(1)}); }},
    Broken{"WrongGlobalType", "of the global's type",
           [](Base& b, Code& c) { c.on(Op::GlobalSet, b.text, {L(1)}); }},
    Broken{"NoScalar", "is not a scalar",
           [](Base& b, Code& c) { c.on(Op::GlobalAdd, b.by, {L(1)}); }},
    Broken{"NoArray", "is not an array", [](Base& b, Code& c) { c.get_on(Op::ArrayGet, b.n, {}); }},
    Broken{"NoStatistic", "is no statistic",
           [](Base& b, Code& c) { c.on(Op::StatAdd, b.n, {L(1)}); }},
    Broken{"KeyCount", "wrong number of keys",
           [](Base& b, Code& c) {
             c.on(Op::ArrayAdd, b.by, {L(1), L(2)});
           }},
    Broken{"KeyType", "key 2 is of another type",
           [](Base& b, Code& c) {
             c.on(Op::ArrayAdd, b.by, {L(1), L(2), L(3)});
           }},
    Broken{"AdditiveRead", "additive",
           [](Base& b, Code& c) {
             b.module.globals[b.by].additive = true;
             c.get_on(Op::ArrayGet, b.by, {L(1), S("k")});
           }},
    Broken{"BreakOutside", "outside of a loop", [](Base&, Code& c) { c.add(Op::Break); }},
    Broken{"BlockCount", "blocks, not 2", [](Base&, Code& c) { c.add(Op::If, {L(1)}); }},
    Broken{"ReturnType", "returns another type", [](Base&, Code& c) { c.add(Op::Return, {L(1)}); }},
    Broken{"LoadSize", "load of 3 bytes",
           [](Base&, Code& c) {
             Operand v = c.temp(Long());
             c.add(Op::Load, {L(1)}, v).size = 3;
           }},
    Broken{"SegmentRange", "segment out of range", [](Base&, Code& c) { c.add(Op::Send).imm = 7; }},
    Broken{"CaptureType", "captured value 1",
           [](Base&, Code& c) {
             c.add(Op::Send, {S("a"), S("b")}).imm = 0;
           }},
    Broken{"FunctionRange", "function out of range",
           [](Base&, Code& c) { c.add(Op::Call).function = 9; }},
    Broken{"ArgumentType", "argument 1 is of another type",
           [](Base&, Code& c) { c.add(Op::Call, {S("a")}).function = 0; }},
    Broken{"OddCapacity", "not a multiple of 8", [](Base&, Code& c) { c.local("s", Str(13)); }},
    Broken{"WideCapacity", "wider than MAXSTRINGLEN",
           [](Base&, Code& c) { c.local("s", Str(1024)); }},
    Broken{"Variance", "extracts a variance",
           [](Base& b, Code& c) {
             b.module.globals[b.st].additive = false;
             c.on(Op::StatGet, b.st).stat_fn = StatFn::Variance;
           }},
    Broken{"WideString", "conversion that kernel code cannot do",
           [](Base&, Code& c) {
             FormatPiece piece;
             piece.kind = FormatPiece::Conversion;
             piece.conversion = 's';
             piece.width_kind = FormatPiece::Fixed;
             Operand v = c.temp(Str(16));
             c.add(Op::Sprintf, {S("a")}, v).format =
                 std::make_shared<std::vector<FormatPiece>>(1, piece);
           }},
};

INSTANTIATE_TEST_SUITE_P(All, VerifyRefuses, ::testing::ValuesIn(kBroken),
                         [](const auto& info) { return info.param.name; });

TEST(Verify, BytesAreNoText) {
  auto check = [](const std::function<void(Code&)>& fill) {
    Base b;
    return b.verify_with(fill);
  };
  Type bytes{Ty::Str, 16, true};
  EXPECT_EQ(check([&](Code& c) { c.add(Op::LoadBytes, {L(1), L(9)}, c.temp(bytes)); }), "");
  EXPECT_NE(check([&](Code& c) {
              c.add(Op::LoadBytes, {L(1), L(9)}, c.temp(Str(16)));
            }).find("bytes go into a local for bytes"),
            std::string::npos);
  EXPECT_NE(check([&](Code& c) {
              c.get(Op::StrEq, {c.temp(bytes), S("a")});
            }).find("operand is not a string"),
            std::string::npos);
  bytes.cap = 4104;
  EXPECT_NE(check([&](Code& c) { c.temp(bytes); }).find("wider than a page"), std::string::npos);
}

TEST(Print, ShowsTheWholeModule) {
  Base b;
  b.verify_with([&](Code& c) {
    Operand i = c.local("i", Long()), s = c.local("s", Str(16));
    c.loop(
        [&](Code& k) {
          return k.get(Op::Lt, {i, L(9)});
        },
        [&](Code& k) {
          k.on(Op::ArrayAdd, b.by, {L(1), i, s});
        },
        [&](Code& k) {
          k.set(i, Op::Add, {i, L(1)});
        });
    c.add(Op::LoadStr, {i}, s).space = Space::User;
    c.add(Op::Error, {S("a\"b\n")});
  });
  EXPECT_EQ(print(b.module), R"(global n: long shared
global text: string<16> shared
global by[long, string<16>]: long shared
global st: stats shared additive
global host: long
kernel function f(x.0: long): long
  embedded "STAP_RETVALUE = 1;"
kernel handler h uprobe
  site "main.pp" at main in fn_h
  local s.1: string<16>
  loop t2
   while
    t2 = lt i.0, 9
   do
    aadd by 1, i.0, s.1
   step
    i.0 = add i.0, 1
  s.1 = load_str user i.0
  error "a\"b\n"
segment 0(c0.0: long, c1.1: string<16>)
)");
}

TEST(Info, RowsOfTheTable) {
  EXPECT_STREQ(info(Op::Add).text, "add");
  EXPECT_TRUE(info(Op::Add).pure);
  EXPECT_TRUE(info(Op::Div).can_fail);
  EXPECT_FALSE(info(Op::Printf).kernel);
  EXPECT_TRUE(info(Op::Printf).user);
  EXPECT_FALSE(info(Op::Reg).user);
  EXPECT_EQ(info(Op::Try).dst, 'S');
}

}  // namespace
}  // namespace coretap::test
