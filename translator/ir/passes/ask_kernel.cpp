// What user-side code of a handler that the session runs needs of the kernel: its segments, because they only know then what to ask
// for (`foreach (pid in seen) println(task_execname(pid2task(pid)))`), and functions that call themselves. The event of any other
// kernel handler is over when its segments run, so there such code is refused, here and in choose_sides.cpp.
//
// A run of instructions of one block, from one that only the kernel can do to the last of them, with only arithmetic between,
// becomes a kernel handler of its own, a question. Its arguments are the numbers that the run reads; what it computes and the
// segment uses behind it goes through hidden globals. So `p->a->b->c` is one question, and not three.
#include <map>
#include <set>

#include "ir/builder.h"
#include "ir/passes/split_parts.h"
#include "ir/walk.h"

namespace coretap {

using ir::Inst;
using ir::LocalId;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

/// A raw tracepoint's program has so many words of arguments (MAX_BPF_FUNC_ARGS in include/linux/bpf.h).
constexpr size_t kMostArguments = 12;

bool is_kernels(const ir::Module& module, const Inst& inst) {
  if (inst.op == Op::Call) return module.functions[inst.function].side == ir::Side::Kernel;
  if (inst.op == Op::EmbeddedC) return inst.c->for_kernel && !inst.c->for_user;
  return !ir::info(inst.op).user;
}

class Asker {
 public:
  /// Of `body`, in a segment of the handler with the number `part` or in a function that is called there. It stays where it is.
  Asker(ir::Module& module, Diagnostics& diagnostics, ir::Body& body, uint32_t part)
      : module_(module), diagnostics_(diagnostics), body_(body), part_(part) {}

  void run() {
    for_each_inst(body_.block,
                  [&](Inst& inst) { for_each_read(inst, [&](LocalId id) { reads_[id]++; }); });
    walk(body_.block);
  }

 private:
  /// Can it stand in a question, between two instructions that only the kernel can do?
  static bool is_arithmetic(const Inst& inst) {
    const ir::OpInfo& row = ir::info(inst.op);
    return row.kernel && row.pure && !row.names_global() && row.dst == 'L' && inst.blocks.empty() &&
           std::string(row.args).find_first_not_of('L') == std::string::npos;
  }

  void walk(ir::Block& block) {
    ir::Block result;
    for (size_t i = 0; i < block.size();) {
      if (!is_kernels(module_, block[i])) {
        for (ir::Block& child : block[i].blocks) walk(child);
        result.push_back(std::move(block[i++]));
        continue;
      }
      size_t end = i + 1;
      for (size_t j = i + 1; j < block.size(); j++) {
        if (is_kernels(module_, block[j]))
          end = j + 1;
        else if (!is_arithmetic(block[j]))
          break;
      }
      ask({block.begin() + static_cast<ptrdiff_t>(i), block.begin() + static_cast<ptrdiff_t>(end)},
          result);
      i = end;
    }
    block = std::move(result);
  }

  /// Makes a question of `run`, and puts into `out` what asks it.
  void ask(ir::Block run, ir::Block& out) {
    std::set<LocalId> results = read_elsewhere(run);
    ir::KernelHandler question = handler_for(run.front().span);
    Inst asking;
    asking.op = Op::RunKernel;
    asking.span = question.span;
    asking.imm = static_cast<int64_t>(module_.kernel_handlers.size());
    std::map<LocalId, LocalId> renamed;
    ir::Block fetch;
    auto fresh = [&](LocalId id) {
      auto [it, is_new] = renamed.emplace(id, static_cast<LocalId>(question.body.locals.size()));
      if (is_new) question.body.locals.push_back(body_.locals[id]);
      return it->second;
    };
    for (Inst& inst : run) {
      for (Operand& arg : inst.args) {
        if (arg.kind != Operand::Local) continue;
        if (!renamed.count(arg.local)) {
          if (body_.locals[arg.local].type.ty != Ty::Long || asking.args.size() == kMostArguments)
            return refuse_continuation(diagnostics_, inst);
          Inst argument;
          argument.op = Op::CtxArg;
          argument.span = inst.span;
          argument.imm = static_cast<int64_t>(asking.args.size());
          argument.is_signed = true;
          argument.dst = fresh(arg.local);
          question.body.block.push_back(std::move(argument));
          asking.args.push_back(arg);
        }
        arg.local = renamed.at(arg.local);
      }
      for_each_write(inst, [&](LocalId id) {
        fresh(id);
        if (results.erase(id)) fetch.push_back(get(id, inst.span));
      });
      if (inst.dst != ir::kNone) inst.dst = renamed.at(inst.dst);
      if (inst.declined != ir::kNone) inst.declined = renamed.at(inst.declined);
      inst.moved = false;
      question.body.block.push_back(std::move(inst));
    }
    for (Inst& each : fetch) {
      if (body_.locals[each.dst].type.bytes) return refuse_continuation(diagnostics_, each);
      Inst put;
      put.op = Op::GlobalSet;
      put.span = each.span;
      put.global = each.global;
      put.args = {Operand::of(renamed.at(each.dst))};
      question.body.block.push_back(std::move(put));
    }
    module_.kernel_handlers.push_back(std::move(question));
    out.push_back(std::move(asking));
    out.insert(out.end(), std::make_move_iterator(fetch.begin()),
               std::make_move_iterator(fetch.end()));
  }

  ir::KernelHandler handler_for(const Span& at) const {
    const ir::KernelHandler& part = module_.kernel_handlers[part_];
    ir::KernelHandler question;
    question.name = "ask_" + std::to_string(module_.kernel_handlers.size());
    question.span = at;
    question.mechanism = ir::Mechanism::TestRun;
    question.sites = part.sites;
    question.origin = {at, part.origin.derivation + ", asked from user space"};
    question.is_question = true;
    return question;
  }

  /// Fetches `local` from a new global, where the question leaves it.
  Inst get(LocalId local, const Span& at) {
    ir::Global global;
    global.name = "answer" + std::to_string(module_.globals.size());
    global.value = body_.locals[local].type;
    module_.globals.push_back(std::move(global));
    Inst inst;
    inst.op = Op::GlobalGet;
    inst.span = at;
    inst.global = static_cast<ir::GlobalId>(module_.globals.size() - 1);
    inst.dst = local;
    return inst;
  }

  /// The locals that `run` writes and something else reads.
  std::set<LocalId> read_elsewhere(const ir::Block& run) const {
    std::map<LocalId, size_t> here;
    std::set<LocalId> result;
    for (const Inst& inst : run) for_each_read(inst, [&](LocalId id) { here[id]++; });
    for (const Inst& inst : run)
      for_each_write(inst, [&](LocalId id) {
        auto all = reads_.find(id);
        if (all != reads_.end() && all->second > here[id]) result.insert(id);
      });
    return result;
  }

  ir::Module& module_;
  Diagnostics& diagnostics_;
  ir::Body& body_;
  const uint32_t part_;
  std::map<LocalId, size_t> reads_;  ///< in the whole segment, before anything was asked for
};

/// The session's own memory is not what a script asks for.
void refuse_program_memory(Diagnostics& diagnostics, ir::Body& body) {
  for_each_inst(body.block, [&](Inst& inst) {
    const bool loads = inst.op == Op::Load || inst.op == Op::LoadStr || inst.op == Op::LoadBytes;
    if (!loads || inst.space != ir::Space::User) return;
    diagnostics
        .semantic_error(
            "needs-kernel-event", inst.span,
            "a program's memory can be read while an event of it is handled, not in a begin, "
            "end, error or timer probe")
        .hint("read it in the probe that observes the event and keep the value in a global");
  });
}

/// The user-side functions that segments call, directly or not, each with the number of a handler whose segment does: of one that
/// waits for an event, if there is one.
std::map<ir::FunctionId, uint32_t> callers(ir::Module& module) {
  std::map<ir::FunctionId, uint32_t> found;
  for (const bool is_asked : {false, true})
    for (ir::Segment& segment : module.segments) {
      const ir::KernelHandler& handler = module.kernel_handlers[segment.handler];
      if ((handler.mechanism == ir::Mechanism::TestRun) != is_asked) continue;
      std::vector<ir::Body*> todo{&segment.body};
      while (!todo.empty()) {
        ir::Body& body = *todo.back();
        todo.pop_back();
        for_each_inst(body.block, [&](Inst& inst) {
          if (inst.op == Op::Call && found.emplace(inst.function, segment.handler).second)
            todo.push_back(&module.functions[inst.function].body);
        });
      }
    }
  return found;
}

void refuse_late_question(const ir::Module& module, Diagnostics& diagnostics, ir::Body& body) {
  for_each_inst(body.block, [&](Inst& inst) {
    if (!is_kernels(module, inst)) return;
    diagnostics
        .semantic_error("needs-kernel-side", inst.span,
                        "this is done in the kernel, and a function that calls itself runs in user "
                        "space, when the event is over")
        .hint("let the probe read the value and pass it to the function, or walk with a loop");
  });
}

}  // namespace

void ask_kernel(ir::Module& module, Diagnostics& diagnostics) {
  auto is_asked = [&](uint32_t handler) {
    return module.kernel_handlers[handler].mechanism == ir::Mechanism::TestRun;
  };
  for (ir::KernelHandler& handler : module.kernel_handlers)
    if (handler.mechanism == ir::Mechanism::TestRun)
      refuse_program_memory(diagnostics, handler.body);
  for (ir::Segment& segment : module.segments)
    if (is_asked(segment.handler)) Asker(module, diagnostics, segment.body, segment.handler).run();
  for (auto [id, handler] : callers(module)) {
    ir::Function& function = module.functions[id];
    if (function.side != ir::Side::User) continue;
    if (!is_asked(handler)) {
      refuse_late_question(module, diagnostics, function.body);
      continue;
    }
    refuse_program_memory(diagnostics, function.body);
    Asker(module, diagnostics, function.body, handler).run();
  }
}

}  // namespace coretap
