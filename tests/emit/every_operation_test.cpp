// Every row of ir/ops.def has a case in the emitter of each side that it claims: one instruction of each
// operation is emitted, and the text must be another than without it.
#include <gtest/gtest.h>

#include "emit/kernel_c.h"
#include "emit/user_cpp.h"
#include "module_builder.h"

namespace coretap::test {
namespace {

constexpr Op kAll[] = {
#define CORETAP_OP(name, ...) Op::name,
#include "ir/ops.def"
#undef CORETAP_OP
};

enum : GlobalId { kScalar, kArray, kStatistic };

Module empty_module(Side side) {
  Module module;
  for (const char* name : {"scalar", "array", "statistic"}) {
    Global global;
    global.name = name;
    global.value = Long();
    global.shared = side == Side::Kernel;
    module.globals.push_back(global);
  }
  module.globals[kArray].keys = module.globals[kStatistic].keys = {Long()};
  module.globals[kStatistic].is_stat = true;
  module.globals[kStatistic].hists.push_back({});
  module.patterns.push_back("a+");
  module.perf_counters.push_back({"cycles", 0, 0, ""});
  module.columns.push_back({{Operand::integer(1)}});
  module.columns.push_back({{Operand::string("one")}});
  Function function;
  function.name = "callee";
  function.side = side;
  module.functions.push_back(function);
  if (side == Side::Kernel) {
    Segment segment;
    segment.captures = 1;
    segment.body.locals.push_back({"captured", Long()});
    module.segments.push_back(segment);
    KernelHandler handler;
    handler.name = "probe_0";
    handler.mechanism = Mechanism::Kprobe;
    Site site;
    site.target = "do_exit";
    handler.sites.push_back(site);
    module.kernel_handlers.push_back(handler);
  } else {
    UserHandler handler;
    handler.name = "probe_0";
    module.user_handlers.push_back(handler);
  }
  return module;
}

GlobalId global_for(Op op) {
  switch (op) {
    case Op::StatAdd:
    case Op::StatGet:
    case Op::HistGet:
    case Op::PrintHist:
    case Op::StrToHist: return kStatistic;
    case Op::ArrayGet:
    case Op::ArraySet:
    case Op::ArrayAdd:
    case Op::ArrayUpdate:
    case Op::ArrayIn:
    case Op::ArrayDelete:
    case Op::Foreach: return kArray;
    default: return kScalar;
  }
}

/// What else an instruction of this operation must have.
void complete(Inst& inst) {
  switch (inst.op) {
    case Op::Sprintf:
    case Op::Printf: {
      FormatPiece piece;
      piece.text = "text";
      inst.format = std::make_shared<std::vector<FormatPiece>>(1, piece);
      break;
    }
    case Op::RegexMatch: inst.name = "a+"; break;
    case Op::ColumnStr: inst.imm = 1; break;
    case Op::GlobalUpdate:
    case Op::ArrayUpdate:
      inst.steps = std::make_shared<std::vector<UpdateStep>>(1, UpdateStep{});
      break;
    case Op::CoreOffset:
    case Op::CoreExists:
    case Op::CoreField: {
      CoreAccess access;
      access.type = "struct task_struct";
      access.steps.push_back({"pid", 0});
      inst.core = std::make_shared<CoreAccess>(access);
      break;
    }
    case Op::EmbeddedC: inst.c = std::make_shared<EmbeddedC>("some_c();"); break;
    case Op::Foreach: {
      ForeachSpec spec;
      spec.array = kArray;
      spec.keys = {0};
      inst.foreach = std::make_shared<ForeachSpec>(spec);
      break;
    }
    default: break;
  }
  if (inst.op == Op::Loop) inst.args = {L(1)};
  size_t blocks = inst.op == Op::Loop ? 3 : inst.op == Op::If || inst.op == Op::Try ? 2 : 0;
  inst.blocks.resize(inst.op == Op::Foreach ? 1 : blocks);
}

/// One instruction of `op` at the end of the body, with operands as its row has them.
void append(Op op, Body& body) {
  Code code(body, body.block);
  code.local("number", Long());
  const OpInfo& row = info(op);
  std::vector<Operand> args;
  for (const char* letter = row.args; *letter; ++letter) {
    if (*letter == 'L' || *letter == 'V' || *letter == 'K' || *letter == 'U') args.push_back(L(7));
    if (*letter == 'S') args.push_back(S("a"));
    if (*letter == '*' && op == Op::Send) args.push_back(L(7));
  }
  Operand dst;
  if (row.dst == 'L' || (row.dst == 'V' && op != Op::Call)) dst = code.temp(Long());
  if (row.dst == 'S') dst = code.temp(op == Op::LoadBytes ? Type{Ty::Str, 64, true} : Str(64));
  auto put = [&](Code& at) { complete(at.on(op, global_for(op), args, dst)); };
  if (op == Op::Break || op == Op::Continue)
    code.loop([](Code&) { return L(1); }, put, [](Code&) {});
  else
    put(code);
}

std::string text_of(const Module& module, Side side) {
  return side == Side::Kernel ? emit_kernel_c(module) : emit_user_cpp(module);
}

std::string emitted(Op op, Side side) {
  Module module = empty_module(side);
  bool in_function = op == Op::Return || op == Op::Decline;
  Body& body = in_function            ? module.functions[0].body
               : side == Side::Kernel ? module.kernel_handlers[0].body
                                      : module.user_handlers[0].body;
  if (op == Op::Return) module.functions[0].result = Long();
  if (op == Op::RunKernel) {  // handler number 0
    KernelHandler handler;
    handler.name = "run";
    handler.mechanism = Mechanism::TestRun;
    handler.sites.emplace_back();
    module.kernel_handlers.push_back(handler);
  }
  append(op, body);
  EXPECT_EQ(verify(module), "") << info(op).text;
  return text_of(module, side);
}

TEST(Operations, EachHasAnEmitterOnItsSides) {
  for (Side side : {Side::Kernel, Side::User}) {
    const std::string nothing = text_of(empty_module(side), side);
    for (Op op : kAll) {
      if (!(side == Side::Kernel ? info(op).kernel : info(op).user)) continue;
      EXPECT_NE(emitted(op, side), nothing)
          << info(op).text << (side == Side::Kernel ? " in the kernel" : " in user space");
    }
  }
}

}  // namespace
}  // namespace coretap::test
