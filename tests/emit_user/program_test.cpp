// What scripts mean on the user side: modules are built by hand, emitted, compiled and run.
#include <gtest/gtest.h>

#include <set>

#include "../ir/operations.h"
#include "module_builder.h"

namespace coretap::testing {
namespace {

TEST(UserCpp, HelloWorld) {
  ModuleBuilder m;
  m.only([](Builder& b) { print(b, "hello \"world\"?? \\ \t\n"); });
  Outcome o = run(m.module);
  EXPECT_EQ(o.out, "hello \"world\"?? \\ \t\n");
  EXPECT_EQ(o.err, "");
  EXPECT_EQ(o.status, 0);
}

TEST(UserCpp, Arithmetic) {
  struct Case {
    Op op;
    int64_t a, b, expected;
  };
  const Case cases[] = {
      {Op::Add, INT64_MAX, 1, INT64_MIN},
      {Op::Sub, INT64_MIN, 1, INT64_MAX},
      {Op::Mul, INT64_MIN, -1, INT64_MIN},
      {Op::Div, -7, 2, -3},
      {Op::Div, INT64_MIN, -1, INT64_MIN},
      {Op::Mod, -7, 2, -1},
      {Op::Mod, INT64_MIN, -1, 0},
      {Op::And, 12, 10, 8},
      {Op::Or, 12, 10, 14},
      {Op::Xor, 12, 10, 6},
      {Op::Shl, 1, 65, 2},
      {Op::Sar, -8, 1, -4},
      {Op::Shr, -1, 60, 15},
      {Op::Eq, 1, 1, 1},
      {Op::Ne, 1, 1, 0},
      {Op::Lt, -1, 1, 1},
      {Op::Le, 2, 1, 0},
      {Op::Ult, -1, 1, 0},
  };
  std::set<Op> tested;
  for (const Case& c : cases) tested.insert(c.op);
  for (Op op : test::operations_of_two_numbers())
    EXPECT_TRUE(tested.count(op)) << info(op).text << " is not among the cases";
  ModuleBuilder m;
  std::string expected;
  m.only([&](Builder& b) {
    for (const Case& c : cases) {
      Operand x = b.value(Op::Copy, {num(c.a)}), y = b.value(Op::Copy, {num(c.b)});
      show(b, {b.value(c.op, {x, y})}, {'d'});
      expected += std::to_string(c.expected) + "\n";
    }
  });
  EXPECT_EQ(run(m.module).out, expected);
}

TEST(UserCpp, Strings) {
  ModuleBuilder m;
  m.only([](Builder& b) {
    Operand ab = b.value(Op::Concat, {str("a"), str("b")}, Ty::Str);
    Operand same = b.value(Op::StrEq, {ab, str("ab")});
    Operand order = b.value(Op::StrCmp, {ab, str("b")});
    Operand text = b.value(Op::Copy, {str("")}, Ty::Str);
    b.append(Op::Sprintf, {num(255), ab}, text.local).format = format({"<", "%x", "|", "%s", ">"});
    // The destination is an argument too.
    b.append(Op::Sprintf, {text, text}, text.local).format = format({"%s", "%s"});
    show(b, {ab, same, order, text}, {'s', 'd', 'd', 's'});
  });
  EXPECT_EQ(run(m.module).out, "ab 1 -1 <ff|ab><ff|ab>\n");
}

TEST(UserCpp, StringsAreCutAtMaxStringLen) {
  ModuleBuilder m;
  m.module.max_string = 16;
  m.only([](Builder& b) {
    Operand s = b.value(Op::Concat, {str("0123456789"), str("abcdefghij")}, Ty::Str);
    show(b, {s}, {'s'});
  });
  EXPECT_EQ(run(m.module).out, "0123456789abcde\n");
}

TEST(UserCpp, DynamicWidthAndPrecision) {
  ModuleBuilder m;
  m.only([](Builder& b) {
    auto list = format({"[", "%s", "]\n"});
    (*list)[1].width_kind = (*list)[1].precision_kind = FormatPiece::Dynamic;
    b.append(Op::Printf, {num(6), num(2), str("hello")}).format = list;
    b.append(Op::Printf, {num(-6), num(3), str("hello")}).format = list;
  });
  EXPECT_EQ(run(m.module).out, "[    he]\n[hel]\n");
}

/// for (i = 0; i < 10; i++) { if (i == 3) continue; if (i == 6) break; print(i) }
TEST(UserCpp, LoopContinueRunsTheStep) {
  ModuleBuilder m;
  m.only([](Builder& b) {
    LocalId i = b.named("i", Ty::Long), more = b.temp(Ty::Long), eq = b.temp(Ty::Long);
    ir::Block condition = b.nested([&] { b.append(Op::Lt, {local(i), num(10)}, more); });
    ir::Block body = b.nested([&] {
      for (auto [value, op] : {std::pair{3, Op::Continue}, {6, Op::Break}}) {
        b.append(Op::Eq, {local(i), num(value)}, eq);
        ir::Block then = b.nested([&, op = op] { b.append(op); });
        b.append(Op::If, {local(eq)}).blocks = {then, {}};
      }
      show(b, {local(i)}, {'d'});
    });
    ir::Block step = b.nested([&] { b.append(Op::Add, {local(i), num(1)}, i); });
    b.append(Op::Loop, {local(more)}).blocks = {condition, body, step};
    show(b, {local(i)}, {'d'});
  });
  EXPECT_EQ(run(m.module).out, "0\n1\n2\n4\n5\n6\n");
}

/// continue in a foreach inside a loop, and in a try block.
TEST(UserCpp, ContinueLeavesTheRightLoop) {
  ModuleBuilder m;
  ir::GlobalId a = m.global("a", Ty::Long, {Ty::Long});
  m.only([&](Builder& b) {
    for (int i = 0; i < 3; ++i) b.append(Op::ArraySet, {num(i), num(i)}).global = a;
    LocalId i = b.named("i", Ty::Long), more = b.temp(Ty::Long), k = b.named("k", Ty::Long);
    ir::Block condition = b.nested([&] { b.append(Op::Lt, {local(i), num(2)}, more); });
    ir::Block each = b.nested([&] {
      LocalId one = b.temp(Ty::Long);
      b.append(Op::Eq, {local(k), num(1)}, one);
      ir::Block skip = b.nested([&] {
        ir::Block inside = b.nested([&] { b.append(Op::Continue); });
        b.append(Op::Try).blocks = {inside, {}};
      });
      b.append(Op::If, {local(one)}).blocks = {skip, {}};
      show(b, {local(i), local(k)}, {'d', 'd'});
    });
    ir::Block body = b.nested([&] {
      auto spec = std::make_shared<ir::ForeachSpec>();
      spec->array = a;
      spec->keys = {k};
      spec->sort_direction = 1;
      spec->sort_column = 1;
      ir::Inst& loop = b.append(Op::Foreach);
      loop.foreach = spec;
      loop.blocks = {each};
    });
    ir::Block step = b.nested([&] { b.append(Op::Add, {local(i), num(1)}, i); });
    b.append(Op::Loop, {local(more)}).blocks = {condition, body, step};
  });
  EXPECT_EQ(run(m.module).out, "0 0\n0 2\n1 0\n1 2\n");
}

/// f(x) = x == 0 ? 1 : x * f(x - 1)
ir::Function factorial() {
  ir::Function f;
  f.name = f.script_name = "fact";
  f.result = {Ty::Long, 0};
  f.parameters = 1;
  Builder b(f.body, {});
  LocalId x = b.named("x", Ty::Long);
  ir::Block one = b.nested([&] { b.append(Op::Return, {num(1)}); });
  Operand zero = b.value(Op::Eq, {local(x), num(0)});
  b.append(Op::If, {zero}).blocks = {one, {}};
  Operand less = b.value(Op::Sub, {local(x), num(1)});
  LocalId below = b.temp(Ty::Long);
  b.append(Op::Call, {less}, below).function = 0;
  b.append(Op::Return, {b.value(Op::Mul, {local(x), local(below)})});
  return f;
}

TEST(UserCpp, RecursionAndMaxNesting) {
  ModuleBuilder m;
  m.module.functions.push_back(factorial());
  m.only([](Builder& b) {
    LocalId r = b.temp(Ty::Long);
    b.append(Op::Call, {num(9)}, r).function = 0;
    show(b, {local(r)}, {'d'});
    LocalId message = b.named("m", Ty::Str);
    ir::Block deep = b.nested([&] { b.append(Op::Call, {num(100)}, r).function = 0; });
    ir::Block caught = b.nested([&] { show(b, {local(message)}, {'s'}); });
    b.append(Op::Try, {}, message).blocks = {deep, caught};
    // The depth is counted down again on the way out of the error.
    b.append(Op::Call, {num(5)}, r).function = 0;
    show(b, {local(r)}, {'d'});
  });
  EXPECT_EQ(run(m.module).out, "362880\nMAXNESTING exceeded\n120\n");
}

TEST(UserCpp, StringFunctionsMayReturnTheirArgument) {
  ModuleBuilder m;
  ir::Function f;
  f.name = "twice";
  f.result = {Ty::Str, 0};
  f.parameters = 1;
  Builder fb(f.body, {});
  LocalId s = fb.named("s", Ty::Str);
  fb.append(Op::Return, {fb.value(Op::Concat, {local(s), local(s)}, Ty::Str)});
  m.module.functions.push_back(f);
  m.only([](Builder& b) {
    Operand x = b.value(Op::Copy, {str("ab")}, Ty::Str);
    b.append(Op::Call, {x}, x.local).function = 0;
    show(b, {x}, {'s'});
  });
  EXPECT_EQ(run(m.module).out, "abab\n");
}

TEST(UserCpp, EmbeddedFunctions) {
  ModuleBuilder m;
  ir::Function f;
  f.name = "upper";
  f.result = {Ty::Str, 0};
  f.parameters = 2;
  f.body.locals = {{"s", {Ty::Str, 0}}, {"n", {Ty::Long, 0}}};
  f.c.emplace(
      "for (int i = 0; STAP_ARG_s[i] && i < STAP_RETLEN - 1; i++)\n"
      "  STAP_RETVALUE[i] = i < STAP_ARG_n ? STAP_ARG_s[i] - 32 : STAP_ARG_s[i];\n"
      "if (STAP_ARG_n < 0) STAP_ERROR(\"bad %lld\", STAP_ARG_n);\n"
      "STAP_RETURN();\n");
  m.module.functions.push_back(f);
  ir::Function g;
  g.name = "half";
  g.result = {Ty::Long, 0};
  g.parameters = 1;
  g.body.locals = {{"n", {Ty::Long, 0}}};
  g.c.emplace("if (STAP_ARG_n & 1) STAP_RETURN(-1); STAP_RETVALUE = STAP_ARG_n / 2;");
  m.module.functions.push_back(g);
  m.only([](Builder& b) {
    LocalId s = b.named("s", Ty::Str), n = b.named("n", Ty::Long), message = b.named("m", Ty::Str);
    b.append(Op::Call, {str("abc"), num(2)}, s).function = 0;
    show(b, {local(s)}, {'s'});
    for (int i : {7, 8}) {
      b.append(Op::Call, {num(i)}, n).function = 1;
      show(b, {local(n)}, {'d'});
    }
    ir::Block bad = b.nested([&] { b.append(Op::Call, {str(""), num(-1)}, s).function = 0; });
    ir::Block caught = b.nested([&] { show(b, {local(message)}, {'s'}); });
    b.append(Op::Try, {}, message).blocks = {bad, caught};
  });
  EXPECT_EQ(run(m.module).out, "ABc\n-1\n4\nbad -1\n");
}

TEST(UserCpp, NextInAFunctionLeavesTheHandlerThroughTry) {
  ModuleBuilder m;
  ir::Function f;
  f.name = "leave";
  Builder fb(f.body, {});
  fb.append(Op::Next);
  m.module.functions.push_back(f);
  m.begin([](Builder& b) {
    print(b, "one\n");
    ir::Block body = b.nested([&] { b.append(Op::Call).function = 0; });
    ir::Block caught = b.nested([&] { print(b, "caught\n"); });
    b.append(Op::Try).blocks = {body, caught};
    print(b, "not here\n");
  });
  m.begin([](Builder& b) {
    b.append(Op::Next);
    print(b, "nor here\n");
  });
  m.only([](Builder& b) { print(b, "two\n"); });
  Outcome o = run(m.module);
  EXPECT_EQ(o.out, "one\ntwo\n");
  EXPECT_EQ(o.status, 0);
}

TEST(UserCpp, UncaughtErrorRunsErrorProbesAndFails) {
  ModuleBuilder m;
  Sources sources;
  const SourceFile& file = sources.add("x.stp", "probe begin { a = 1 / b }\n", true);
  m.begin([&](Builder& b) {
    b.at({&file, 20, 21});
    Operand zero = b.value(Op::Copy, {num(0)});
    b.value(Op::Div, {num(1), zero});
    print(b, "not here\n");
  });
  m.on(ir::UserEvent::End, "end", [](Builder& b) { print(b, "end\n"); });
  m.on(ir::UserEvent::Error, "error", [](Builder& b) { print(b, "error\n"); });
  Outcome o = run(m.module);
  EXPECT_EQ(o.out, "error\n");
  EXPECT_EQ(o.err,
            "ERROR: division by 0 near operator '/' at x.stp:1:21\n"
            "WARNING: Number of errors: 1, skipped probes: 0\n");
  EXPECT_EQ(o.status, 1);
}

TEST(UserCpp, ErrorsUpToMaxErrorsGoOn) {
  ModuleBuilder m;
  m.module.max_errors = 1;
  m.begin([](Builder& b) { b.append(Op::Error, {str("first")}); });
  m.only([](Builder& b) { print(b, "goes on\n"); });
  m.on(ir::UserEvent::End, "end", [](Builder& b) { print(b, "end\n"); });
  Outcome o = run(m.module);
  EXPECT_EQ(o.out, "goes on\nend\n");
  EXPECT_EQ(o.err, "ERROR: first\nWARNING: Number of errors: 1, skipped probes: 0\n");
  EXPECT_EQ(o.status, 1);
}

TEST(UserCpp, PrioritiesOrderBeginProbes) {
  ModuleBuilder m;
  m.on(ir::UserEvent::Begin, "begin(5)", [](Builder& b) { print(b, "5 "); }).priority = 5;
  m.on(ir::UserEvent::Begin, "begin(-1)", [](Builder& b) { print(b, "-1 "); }).priority = -1;
  m.on(ir::UserEvent::Begin, "begin", [](Builder& b) { print(b, "0 "); });
  m.on(ir::UserEvent::Begin, "begin(9)", [](Builder& b) { ModuleBuilder::exit(b); }).priority = 9;
  EXPECT_EQ(run(m.module).out, "-1 0 5 ");
}

TEST(UserCpp, ExitSkipsLaterBeginProbesButRunsEnd) {
  ModuleBuilder m;
  m.only([](Builder& b) { print(b, "begin "); });
  m.begin([](Builder& b) { print(b, "not here "); });
  m.on(ir::UserEvent::End, "end", [](Builder& b) { print(b, "end\n"); });
  EXPECT_EQ(run(m.module).out, "begin end\n");
}

TEST(UserCpp, TimersTick) {
  ModuleBuilder m;
  ir::GlobalId n = m.global("n", Ty::Long);
  m.on(ir::UserEvent::Timer, "timer.ms(20)", [&](Builder& b) {
     LocalId after = b.temp(Ty::Long);
     b.append(Op::GlobalAdd, {num(1)}, after).global = n;
     Operand enough = b.value(Op::Eq, {local(after), num(5)});
     ir::Block stop = b.nested([&] { ModuleBuilder::exit(b); });
     b.append(Op::If, {enough}).blocks = {stop, {}};
   }).period = 20000000;
  m.on(ir::UserEvent::Timer, "timer.ms(5).randomize(2)", [](Builder&) {}).period = 5000000;
  m.module.user_handlers.back().randomize = 2000000;
  m.on(ir::UserEvent::End, "end", [&](Builder& b) {
    LocalId v = b.temp(Ty::Long);
    b.append(Op::GlobalGet, {}, v).global = n;
    show(b, {local(v)}, {'d'});
  });
  EXPECT_EQ(run(m.module).out, "5\n");
}

TEST(UserCpp, GlobalsSetWithG) {
  ModuleBuilder m;
  ir::GlobalId n = m.global("n", Ty::Long), s = m.global("s", Ty::Str);
  m.module.globals[n].init = num(10);
  m.module.globals[s].init = str("start");
  m.only([&](Builder& b) {
    LocalId x = b.temp(Ty::Long), t = b.temp(Ty::Str);
    b.append(Op::GlobalGet, {}, x).global = n;
    b.append(Op::GlobalGet, {}, t).global = s;
    show(b, {local(x), local(t)}, {'d', 's'});
    b.append(Op::GlobalSet, {str("x")}).global = s;
    b.append(Op::GlobalGet, {}, t).global = s;
    show(b, {local(t)}, {'s'});
  });
  Unit unit(m.module);
  EXPECT_EQ(unit.run().out, "10 start\nx\n");
  EXPECT_EQ(unit.run("-G n=0x20 -G 's=a b'").out, "32 a b\nx\n");
  Outcome bad = unit.run("-G n=abc");
  EXPECT_EQ(bad.err, "ERROR: -G n=abc: Invalid value: 'abc' is not a 64-bit number\n");
  EXPECT_EQ(bad.status, 1);
  Outcome unknown = unit.run("-G nosuch=1");
  EXPECT_EQ(unknown.out, "10 start\nx\n");
  EXPECT_EQ(unknown.err,
            "WARNING: -G nosuch has no effect: the script has no global variable of this name, or "
            "does not use it\n");
  EXPECT_EQ(unknown.status, 0);
}

// The layout is stap's: -p3 of `global a, b, s, st, as` that are only written.
TEST(UserCpp, UnreadGlobalsAreShownAtTheEnd) {
  ModuleBuilder m;
  ir::GlobalId a = m.global("a", Ty::Long), b_ = m.global("b", Ty::Long, {Ty::Str, Ty::Long}),
               s = m.global("s", Ty::Str), st = m.global("st", Ty::Long),
               as = m.global("as", Ty::Long, {Ty::Long}), empty = m.global("empty", Ty::Long);
  for (ir::GlobalId id : {st, as, empty}) m.module.globals[id].is_stat = true;
  for (ir::Global& g : m.module.globals) g.displayed_at_end = g.need_min_max = true;
  m.only([&](Builder& b) {
    b.append(Op::GlobalSet, {num(1)}).global = a;
    b.append(Op::ArraySet, {num(2), str("x"), num(3)}).global = b_;
    b.append(Op::ArraySet, {num(5), str("y"), num(4)}).global = b_;
    b.append(Op::GlobalSet, {str("q\n")}).global = s;
    for (int v : {4, 6}) b.append(Op::StatAdd, {num(v)}).global = st;
    b.append(Op::StatAdd, {num(7), num(3)}).global = as;
  });
  EXPECT_EQ(run(m.module).out,
            "a=1\n"
            "b[\"y\",4]=5\n"
            "b[\"x\",3]=2\n"
            "s=\"q\n\"\n"
            "st @count=2 @min=4 @max=6 @sum=10 @avg=5\n"
            "as[3] @count=1 @min=7 @max=7 @sum=7 @avg=7\n"
            "empty @count=0x0\n");
}

TEST(UserCpp, HistogramsPrintIndexAndIterate) {
  ModuleBuilder m;
  ir::GlobalId h = m.global("h", Ty::Long);
  ir::HistSpec spec{true, 0, 4, 2};
  m.module.globals[h].is_stat = true;
  m.module.globals[h].hists = {spec};
  m.only([&](Builder& b) {
    for (int v : {1, 3, 3, 9}) b.append(Op::StatAdd, {num(v)}).global = h;
    ir::Inst& p = b.append(Op::PrintHist);
    p.global = h;
    p.hist = spec;
    LocalId n = b.temp(Ty::Long), k = b.named("k", Ty::Long), v = b.named("v", Ty::Long);
    ir::Inst& get = b.append(Op::HistGet, {num(2)}, n);
    get.global = h;
    get.hist = spec;
    show(b, {local(n)}, {'d'});
    ir::Block body = b.nested([&] { show(b, {local(k), local(v)}, {'d', 'd'}); });
    auto loop = std::make_shared<ir::ForeachSpec>();
    loop->array = h;
    loop->over_hist = true;
    loop->hist = spec;
    loop->keys = {k};
    loop->value = v;
    ir::Inst& f = b.append(Op::Foreach);
    f.foreach = loop;
    f.blocks = {body};
  });
  EXPECT_EQ(run(m.module).out,
            "value |-------------------------------------------------- count\n"
            "    0 |@                                                  1\n"
            "    2 |@@                                                 2\n"
            "    4 |                                                   0\n"
            "   >4 |@                                                  1\n"
            "\n2\n0 0\n1 1\n2 2\n3 0\n4 1\n");
}

// ------------------------------------------------------------------ the session

TEST(Session, FullDiskIsReportedAndFails) {
  ModuleBuilder m;
  m.only([](Builder& b) { print(b, "hello\n"); });
  Outcome o = Unit(m.module).run("-o /dev/full");
  EXPECT_NE(o.err.find("cannot write to /dev/full: No space left on device"), std::string::npos);
  EXPECT_EQ(o.status, 1);
}

TEST(Session, OutputFileAndUnwritablePath) {
  ModuleBuilder m;
  m.only([](Builder& b) { print(b, "hello\n"); });
  Unit unit(m.module);
  std::string path = unit.folder() + "/out-%Y";
  Outcome o = unit.run("-o " + path);
  EXPECT_EQ(o.out + o.err, "");
  EXPECT_EQ(shell("cat " + unit.folder() + "/out-2*").out, "hello\n");
  std::string missing = unit.folder() + "/missing/x";
  o = unit.run("-o " + missing);
  EXPECT_EQ(o.err, "ERROR: cannot open output file " + missing + ": No such file or directory\n");
  EXPECT_EQ(o.status, 1);
}

TEST(Session, MuchOutputThroughAClosedPipe) {
  ModuleBuilder m;
  m.on(ir::UserEvent::Timer, "timer.ms(1)", [](Builder& b) { print(b, "line\n"); }).period =
      1000000;
  Outcome o = Unit(m.module).run("", " | head -1");
  EXPECT_EQ(o.out, "line\n");
  EXPECT_EQ(o.err, "");
}

TEST(Session, TargetCommandEndsTheSession) {
  ModuleBuilder m;
  m.begin(
      [](Builder& b) { b.embedded(EmbeddedC("ct::printf(\"%d\\n\", ct::target_pid() > 0);")); });
  m.on(ir::UserEvent::End, "end", [](Builder& b) { print(b, "end\n"); });
  Unit unit(m.module);
  Outcome o = unit.run("-c 'echo from the command'");
  EXPECT_EQ(o.out, "1\nfrom the command\nend\n");
  EXPECT_EQ(o.status, 0);
  o = unit.run("-c 'exit 3; true'");
  EXPECT_EQ(o.err, "WARNING: Child process exited with status 3\n");
  EXPECT_EQ(o.status, 1);
  o = unit.run("-c 'kill -9 $$'");
  EXPECT_EQ(o.err, "WARNING: Child process exited with signal 9 (Killed)\n");
  std::string missing = unit.folder() + "/missing/command";
  o = unit.run("-c " + missing);
  EXPECT_TRUE(o.err.starts_with("ERROR: cannot run -c command '" + missing +
                                "': No such file or directory\nWARN"))
      << o.err;
  EXPECT_EQ(o.status, 1);
}

TEST(Session, TimeoutEndsOrderly) {
  ModuleBuilder m;
  m.on(ir::UserEvent::End, "end", [](Builder& b) { print(b, "end\n"); });
  EXPECT_EQ(Unit(m.module).run("-T 1").out, "end\n");
}

TEST(Session, InterruptRunsEndProbes) {
  ModuleBuilder m;
  m.begin([](Builder& b) { print(b, "begin\n"); });
  m.on(ir::UserEvent::End, "end", [](Builder& b) { print(b, "end\n"); });
  Outcome o = Unit(m.module).run("", " & pid=$!; sleep 0.5; kill -INT $pid; wait $pid");
  EXPECT_EQ(o.out, "begin\nend\n");
  EXPECT_EQ(o.status, 0);
}

/// What ended the session does not break off its report, though that begins seconds later.
TEST(Session, AnInterruptDoesNotEndALateEndProbe) {
  ModuleBuilder m;
  m.module.user_code.push_back("#include <unistd.h>\n");
  m.begin([](Builder& b) { print(b, "begin\n"); });
  m.on(ir::UserEvent::End, "end", [](Builder& b) {
    b.embedded(EmbeddedC("usleep(2300000);"));
    LocalId turns = b.named("turns", Ty::Long);
    b.append(Op::Copy, {num(3)}, turns);
    ir::Block condition = b.nested([] {});
    ir::Block body = b.nested([&] {
      print(b, "turn\n");
      b.append(Op::Sub, {local(turns), num(1)}, turns);
    });
    b.append(Op::Loop, {local(turns)}).blocks = {condition, body, {}};
  });
  Outcome o = Unit(m.module).run("", " & pid=$!; sleep 0.5; kill -INT $pid; wait $pid");
  EXPECT_EQ(o.out, "begin\nturn\nturn\nturn\n");
  EXPECT_EQ(o.err, "");
  EXPECT_EQ(o.status, 0);
}

TEST(Session, EndlessLoopCanBeInterrupted) {
  ModuleBuilder m;
  m.begin([](Builder& b) {
    LocalId more = b.named("more", Ty::Long);
    ir::Block condition = b.nested([&] { b.append(Op::Copy, {num(1)}, more); });
    b.append(Op::Loop, {local(more)}).blocks = {condition, {}, {}};
  });
  m.on(ir::UserEvent::Error, "error", [](Builder& b) { print(b, "error\n"); });
  Outcome o = Unit(m.module).run(
      "", " & pid=$!; sleep 0.3; kill -TERM $pid; sleep 0.1; kill -TERM $pid; wait $pid");
  EXPECT_EQ(o.out, "error\n");
  EXPECT_EQ(o.err.substr(0, 39), "ERROR: probe begin was interrupted\nWARN");
}

}  // namespace
}  // namespace coretap::testing
