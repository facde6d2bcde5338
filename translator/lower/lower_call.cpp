// Calls: which versions of a function a call may run, on which side each can, and how `next` hands
// the call on from one to the next.
//
// A call runs the first overload; one that ends by `next` (STAP_NEXT in embedded C) declines, and
// the overload after it gets the same arguments. Each step is an If on what the version before
// said, so a set without `next` costs nothing.
#include <algorithm>
#include <set>

#include "analyse/may_decline.h"
#include "ast/visitor.h"
#include "lower/lower_body.h"

namespace coretap {

using ir::Op;
using ir::Operand;
using ir::Side;
using ir::Ty;

/// Does a call of it lead to another call of it?
bool ModuleLowering::calls_itself(ast::FunctionDecl& function) {
  auto known = recursive_.find(&function);
  if (known != recursive_.end()) return known->second;
  std::set<ast::FunctionDecl*> seen;
  std::vector<ast::FunctionDecl*> todo{&function};
  while (!todo.empty() && !seen.count(&function)) {
    ast::FunctionDecl* caller = todo.back();
    todo.pop_back();
    ast::Walker walker;
    walker.expr = [&](ast::ExprPtr& expr) {
      if (expr->kind == ast::ExprKind::Call)
        for (ast::FunctionDecl* callee : static_cast<ast::Call&>(*expr).callees)
          if (seen.insert(callee).second) todo.push_back(callee);
      return true;
    };
    if (caller->body) ast::walk(caller->body, walker);
  }
  return recursive_[&function] = seen.count(&function) != 0;
}

/// A function that is a text of the site and also has a script-language body: the body is for
/// kernel handlers of sites that have no such text (probefunc() in timer.profile).
ast::FunctionDecl* BodyLowering::without_site_text(const ast::Call& call,
                                                   const ast::FunctionDecl& chosen) {
  if (side_ != Side::Kernel || sites_name_functions || !chosen.c || !chosen.c->site) return nullptr;
  bool for_user_side = false;
  ast::FunctionDecl* script = nullptr;
  for (ast::FunctionDecl* callee : call.callees) {
    if (!callee->c) script = callee;
    for_user_side |= callee->c && callee->c->for_user;
  }
  return for_user_side ? script : nullptr;
}

ir::Operand BodyLowering::call(ast::Call& call, bool want_value) {
  std::vector<Overload> candidates = overloads(call, {side_, has_event});
  if (candidates.empty()) return missing(call.type);
  if (want_value && candidates[0].callee->return_type == ast::Type::Void) {
    diagnostics().semantic_error("void-value", call.span,
                                 "function '" + call.function + "' returns no value");
    return missing(call.type);
  }
  for (const Overload& candidate : candidates) {
    const bool is_asked_here = candidate.other_side && side_ == Side::User;
    if (!candidate.lacks_event && !(is_asked_here && asks_about_event(*candidate.callee->c)))
      continue;
    diagnostics()
        .semantic_error("needs-kernel-event", call.span,
                        "function '" + call.function +
                            "' reads the context of a kernel event, which a begin, end, error or "
                            "timer probe does not have")
        .hint("call it in the probe that observes the event and keep the result in a global");
    return missing(call.type);
  }
  std::vector<Operand> args;
  for (size_t i = 0; i < call.args.size(); i++) {
    Operand arg = value(*call.args[i]);
    for (size_t j = i + 1; j < call.args.size(); j++) arg = held(arg, *call.args[j]);
    args.push_back(arg);
  }
  b_.at(call.span);
  if (candidates.size() == 1 && !may_decline(*candidates[0].callee))
    return call_one(call, candidates[0], std::move(args), ir::kNone);
  Ty type = ir_type(candidates[0].callee->return_type);
  ir::LocalId result = ir::kNone;
  if (type != Ty::Void) {
    result = b_.temp(type);
    b_.append(Op::Copy, {missing(call.type)}, result);
  }
  call_in_turn(call, candidates, 0, args, result);
  return Operand::of(result);
}

/// Calls candidates[at], and if it declines those behind it.
void BodyLowering::call_in_turn(ast::Call& call, const std::vector<Overload>& candidates, size_t at,
                                const std::vector<Operand>& args, ir::LocalId result) {
  b_.at(call.span);
  if (at == candidates.size()) {
    b_.append(Op::Exhausted);
    return;
  }
  bool last = !may_decline(*candidates[at].callee);
  ir::LocalId declined = ir::kNone;
  if (!last) {
    declined = b_.temp(Ty::Long);
    b_.append(Op::Copy, {Operand::integer(0)}, declined);
  }
  Operand value = call_one(call, candidates[at], args, declined);
  if (result != ir::kNone) b_.append(Op::Copy, {value}, result);
  if (last) return;
  std::vector<ir::Block> blocks(2);
  blocks[0] = b_.nested([&] { call_in_turn(call, candidates, at + 1, args, result); });
  b_.at(call.span);
  b_.append(Op::If, {Operand::of(declined)}).blocks = std::move(blocks);
}

ir::Operand BodyLowering::call_one(ast::Call& call, const Overload& overload,
                                   std::vector<Operand> args, ir::LocalId declined) {
  ast::FunctionDecl& callee = *overload.callee;
  const Diagnostics::Called called(diagnostics(), call.span);
  if (ast::FunctionDecl* by_address = without_site_text(call, callee))
    return inline_call(*by_address, std::move(args), declined);
  if (callee.c) {
    const EmbeddedC& c = *callee.c;
    switch (c.call) {
      case CallMeans::Error: b_.append(Op::Error, std::move(args)); return missing(call.type);
      case CallMeans::Next: b_.append(Op::Next); return missing(call.type);
      case CallMeans::Matched:
      case CallMeans::Ngroups: return match_query(c.call, args);
      case CallMeans::Call: break;
    }
    if (c.gives_probe_name && !alias.empty())
      return Operand::string(alias.substr(0, module().max_string - 1));
    if (c.site && side_ == Side::Kernel) {
      ir::LocalId dst = b_.temp(Ty::Str);
      b_.append(Op::SiteStr, {}, dst).site_text = *c.site;
      return Operand::of(dst);
    }
    if (!c.for_kernel && !c.for_user) {
      diagnostics()
          .semantic_error("embedded-c-side", callee.span,
                          "embedded C that is not plain C must say for which side it is written")
          .hint("add /* bpf */ for kernel code or /* harness */ for user-space code to the body");
      return missing(call.type);
    }
  } else if (side_ == Side::Kernel && !outer_.calls_itself(callee)) {
    return inline_call(callee, std::move(args), declined);
  }

  // BPF cannot recurse: such a call, and what needs its result, goes on in user space.
  // C for the kernel, in user space: see ir/passes/ask_kernel.cpp.
  bool in_user_space = !callee.c || (side_ == Side::User) != overload.other_side;
  ir::FunctionId id = outer_.function(callee, in_user_space ? Side::User : Side::Kernel);
  Ty result = outer_.module.functions[id].result.ty;
  ir::LocalId dst = result == Ty::Void ? ir::kNone : b_.temp(result);
  b_.at(call.span);
  ir::Inst& inst = b_.append(Op::Call, std::move(args), dst);
  inst.function = id;
  inst.declined = declined;
  // The user-side version, in case `split` has to move this call.
  if (side_ == Side::Kernel && !in_user_space) {
    for (ast::FunctionDecl* candidate : call.callees)
      if (candidate->c && candidate->span.file == callee.span.file && candidate->c->for_user) {
        ir::FunctionId twin = outer_.function(*candidate, Side::User);
        outer_.module.functions[id].twin = twin;
      }
  }
  return Operand::of(dst);
}

ir::Operand BodyLowering::inline_call(ast::FunctionDecl& callee, std::vector<Operand> args,
                                      ir::LocalId declined) {
  InlineFrame frame;
  frame.function = &callee;
  frame.declined = declined;
  Ty result = ir_type(callee.return_type);
  if (result != Ty::Void) {
    frame.result = b_.named(callee.name + "_result", result);
    b_.append(Op::Copy, {missing(callee.return_type)}, frame.result);
  }
  for (size_t i = 0; i < callee.parameters.size(); i++) {
    ir::LocalId id = b_.named(callee.parameters[i]->name, ir_type(callee.parameters[i]->type));
    frame.locals[callee.parameters[i].get()] = id;
    b_.append(Op::Copy, {args[i]}, id);
  }
  // Locals start at 0 or "" at every call, also in a loop.
  for (const auto& decl : callee.locals) {
    if (decl->type != ast::Type::Long && decl->type != ast::Type::String) continue;
    ir::LocalId id = b_.named(decl->name, ir_type(decl->type));
    frame.locals[decl.get()] = id;
    b_.append(Op::Copy, {missing(decl->type)}, id);
  }
  ir::LocalId result_local = frame.result;
  inlined_.push_back(std::move(frame));
  // $variables inside are those of the probe that calls: stap, too, has a copy for each probe.
  if (callee.body) stmt(*callee.body);
  inlined_.pop_back();
  return Operand::of(result_local);
}

}  // namespace coretap
