// AST to IR: which bodies there are, what they are called, and calls between them.
//
// One probe body may run at many sites. Sites that give its $variables the same meaning (equal
// ContextScope::sharing_key) share one lowered body and so one BPF program; the others get a
// body each. Handlers that want values from the function's entry get a companion handler there:
// entry_values.cpp.
#include "lower/lower.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "analyse/variable_use.h"
#include "ast/print.h"
#include "ast/visitor.h"
#include "ir/walk.h"
#include "lower/entry_values.h"
#include "lower/limits.h"
#include "lower/lower_body.h"
#include "lower/needs_kernel.h"
#include "probes/called_from.h"
#include "support/embedded_c.h"

namespace coretap {

using ir::Op;
using ir::Operand;
using ir::Side;
using ir::Ty;

namespace {

/// A C identifier part from a script name.
std::string c_name(const std::string& name) {
  std::string result;
  for (char c : name) result += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return result;
}

}  // namespace

// ------------------------------------------------------------------ globals

ir::GlobalId ModuleLowering::global(const ast::VarDecl& decl) {
  auto it = globals_.find(&decl);
  if (it != globals_.end()) return it->second;
  ir::Global global;
  global.name = c_name(decl.name);
  // Two files may each have a private global of one name.
  auto taken = [&](const std::string& name) {
    return std::any_of(module.globals.begin(), module.globals.end(),
                       [&](const ir::Global& g) { return g.name == name; });
  };
  for (int n = 2; taken(global.name); n++)
    global.name = c_name(decl.name) + "_" + std::to_string(n);
  global.span = decl.span;
  global.is_stat = decl.type == ast::Type::Stat;
  global.value.ty = ir_type(decl.type);
  for (ast::Type key : decl.key_types) global.keys.push_back({ir_type(key), 0});
  global.max_entries = static_cast<uint32_t>(std::max<int64_t>(0, decl.max_size.value_or(0)));
  global.wrap = decl.wrap;
  if (decl.init && decl.init->kind == ast::ExprKind::Number)
    global.init = Operand::integer(static_cast<ast::Number&>(*decl.init).value);
  if (decl.init && decl.init->kind == ast::ExprKind::String)
    global.init = Operand::string(static_cast<ast::String&>(*decl.init).text());
  module.globals.push_back(std::move(global));
  auto id = static_cast<ir::GlobalId>(module.globals.size() - 1);
  globals_[&decl] = id;
  return id;
}

ir::GlobalId ModuleLowering::hidden_array(const std::string& name, std::vector<Ty> keys, Ty value) {
  ir::Global global;
  global.name = name;
  global.value.ty = value;
  for (Ty key : keys) global.keys.push_back({key, 0});
  global.saves_entry = true;
  global.wrap = true;  // a thread that dies inside the function leaves its element behind
  module.globals.push_back(std::move(global));
  return static_cast<ir::GlobalId>(module.globals.size() - 1);
}

ir::GlobalId ModuleLowering::hidden_global(const std::string& name, Ty type) {
  ir::Global global;
  global.name = name;
  global.value.ty = type;
  module.globals.push_back(std::move(global));
  return static_cast<ir::GlobalId>(module.globals.size() - 1);
}

// ------------------------------------------------------------------ functions

ir::FunctionId ModuleLowering::function(ast::FunctionDecl& decl, Side side) {
  auto key = std::make_pair(static_cast<const ast::FunctionDecl*>(&decl), side);
  if (auto it = functions_.find(key); it != functions_.end()) return it->second;
  auto id = static_cast<ir::FunctionId>(module.functions.size());
  functions_[key] = id;

  ir::Function function;
  function.script_name = decl.name;
  function.name = c_name(decl.name) + "_" + std::to_string(id);
  function.span = decl.span;
  function.side = side;
  function.result.ty = ir_type(decl.return_type);
  function.parameters = static_cast<uint32_t>(decl.parameters.size());
  for (const auto& parameter : decl.parameters)
    function.body.locals.push_back({parameter->name, {ir_type(parameter->type), 0}});
  if (decl.c) {
    function.c = *decl.c;
    function.embedded_line =
        decl.embedded_span ? line_column(*decl.embedded_span.file, decl.embedded_span.begin).line
                           : 0;
    function.result.cap = decl.c->string_cap;
    module.functions.push_back(std::move(function));
    return id;
  }
  module.functions.push_back(std::move(function));  // before the body: it may call itself

  ir::Body body;
  BodyLowering lowering(*this, body, side, decl.span, nullptr);
  lowering.in_function = true;
  for (const auto& parameter : decl.parameters) lowering.declare_parameter(*parameter);
  if (decl.body) lowering.stmt(*decl.body);
  module.functions[id].body = std::move(body);
  module.functions[id].actions = lowering.actions;
  return id;
}

ir::Operand BodyLowering::entry_register(unsigned dwarf_register, Operand cfa) {
  auto it = entry_registers.find(dwarf_register);
  if (it == entry_registers.end()) {
    std::string name = "entry_register" + std::to_string(outer_.module.globals.size());
    ir::GlobalId array = outer_.hidden_array(name, {Ty::Long, Ty::Long}, Ty::Long);
    it = entry_registers.emplace(dwarf_register, array).first;
  }
  std::vector<Operand> key{b_.value(Op::ProcessId), cfa};
  ir::LocalId seen = b_.temp(Ty::Long);
  b_.append(Op::ArrayIn, key, seen).global = it->second;
  std::vector<ir::Block> blocks(2);
  blocks[1] = b_.nested([&] {
    b_.append(Op::Error, {Operand::string("the function was entered before the script began, or in "
                                          "another process: a value from its entry is not known")});
  });
  b_.append(Op::If, {Operand::of(seen)}).blocks = std::move(blocks);
  ir::LocalId value = b_.temp(Ty::Long);
  b_.append(Op::ArrayGet, key, value).global = it->second;
  return Operand::of(value);
}

// ------------------------------------------------------------------ handlers

namespace {

class HandlerLowering {
 public:
  HandlerLowering(ModuleLowering& outer, ElaboratedProbe& probe) : outer_(outer), probe_(probe) {}

  void run() {
    std::map<std::string, std::vector<probes::ResolvedProbe*>> groups;
    std::vector<std::string> order;
    const std::vector<std::string> used = used_targets();
    for (probes::ResolvedProbe& site : probe_.sites) {
      if (site.never) {
        note_use_by_never();
        continue;
      }
      if (site.side == Side::User) {
        user_handler(site, handler_calls_kernel());
        continue;
      }
      std::string key = group_key(site, used);
      auto& group = groups[key];
      if (group.empty()) order.push_back(key);
      group.push_back(&site);
    }
    for (const std::string& key : order) kernel_handler(groups[key]);
  }

 private:
  /// The context variables that the handler and the functions that it calls read: what sites must
  /// agree on to share a program.
  std::vector<std::string> used_targets() const {
    std::set<std::string> names;
    std::set<ast::FunctionDecl*> seen;
    std::vector<ast::FunctionDecl*> todo;
    ast::Walker walker;
    walker.expr = [&](ast::ExprPtr& expr) {
      if (expr->kind == ast::ExprKind::Target)
        names.insert(static_cast<ast::Target&>(*expr).name);
      else if (expr->kind == ast::ExprKind::AtVar)
        names.insert("@var:" + static_cast<ast::AtVar&>(*expr).target);
      else if (expr->kind == ast::ExprKind::Call)
        for (ast::FunctionDecl* callee : static_cast<ast::Call&>(*expr).callees)
          if (callee->body && seen.insert(callee).second) todo.push_back(callee);
      return true;
    };
    for (ast::ExprPtr& condition : probe_.conditions) ast::walk(condition, walker);
    ast::walk(probe_.body, walker);
    while (!todo.empty()) {
      ast::FunctionDecl* function = todo.back();
      todo.pop_back();
      ast::walk(function->body, walker);
    }
    return {names.begin(), names.end()};
  }

  /// Where the frame is; sites for which that differs have no program in common.
  static std::string frame_text(const probes::ResolvedProbe& site) {
    if (!site.frame) return site.scope->frame_key();
    return std::to_string(site.frame->dwarf_register) + "+" + std::to_string(site.frame->offset) +
           (site.frame->goroutine_register ? "g" : "");
  }

  static std::string group_key(const probes::ResolvedProbe& site,
                               const std::vector<std::string>& used) {
    std::string key = std::to_string(static_cast<int>(site.mechanism)) + "|" +
                      (site.is_return ? "r" : "") + "|" + std::to_string(site.site.pid) + "|" +
                      site.scope->sharing_key(used);
    if (const auto& gate = site.gate)
      key += "|" + std::to_string(gate->threads) + " " + std::to_string(gate->event) + " " +
             std::to_string(gate->pid) + " " + std::to_string(gate->program) + " " +
             std::to_string(gate->beginning);
    if (site.is_return && site.entry)
      key += "|" + site.entry->scope->sharing_key(used) + "|" + frame_text(*site.entry) +
             (EntryValues::is_entry(site) ? "|here" : "") + (site.shares_frames ? "|shared" : "");
    if (site.called_from) key += "|" + called_from_key(*site.called_from);
    // Threads that come later inherit a debug register's event, but not its cookie.
    if (site.site.watch) key += "|" + site.canonical;
    // One program per tracepoint: its name is in the section. Different perf events attach alike.
    if (info(site.mechanism).names != ir::MechanismInfo::Nothing) key += "|" + site.site.target;
    return key;
  }

  void conditions(BodyLowering& lowering) {
    for (auto& condition : probe_.conditions) {
      Operand test = lowering.value(*condition);
      ir::Builder& b = lowering.builder();
      std::vector<ir::Block> blocks(2);
      blocks[1] = b.nested([&] { b.append(Op::Next); });
      b.append(Op::If, {test}).blocks = std::move(blocks);
    }
  }

  bool handler_calls_kernel() {
    if (!needs_kernel_) needs_kernel_ = needs_kernel(probe_);
    return *needs_kernel_;
  }

  void user_handler(const probes::ResolvedProbe& site, bool in_kernel) {
    ir::UserHandler handler;
    handler.name = "user_" + std::to_string(outer_.module.user_handlers.size());
    handler.span = probe_.span;
    handler.origin = probe_.origin;
    handler.event = site.event;
    handler.priority = site.priority;
    handler.period = site.period;
    handler.randomize = site.randomize;
    handler.in_ticks = site.in_ticks;
    handler.file = site.file;
    handler.pp = site.site.pp.empty() ? site.canonical : site.site.pp;
    if (in_kernel) {
      ir::Builder(handler.body, probe_.span).append(Op::RunKernel).imm = kernel_part(site, handler);
    } else {
      BodyLowering lowering(outer_, handler.body, Side::User, probe_.span, site.scope.get());
      lowering.alias = probe_.alias;
      conditions(lowering);
      lowering.stmt(*probe_.body);
      handler.actions = lowering.actions;
    }
    outer_.module.user_handlers.push_back(std::move(handler));
  }

  /// All that `whole` does, as a handler that the session runs in the kernel: split() gives back to user space what only that
  /// can do. Its number.
  int64_t kernel_part(const probes::ResolvedProbe& site, const ir::UserHandler& whole) {
    ir::KernelHandler handler;
    handler.span = probe_.span;
    handler.origin = probe_.origin;
    handler.origin.derivation += " in the kernel";
    handler.mechanism = ir::Mechanism::TestRun;
    handler.is_interruptible = whole.event != ir::UserEvent::Timer;
    handler.sites.push_back(site.site);
    handler.sites.back().pp = whole.pp;
    handler.sites.back().need = ir::Need::Required;
    BodyLowering lowering(outer_, handler.body, Side::Kernel, probe_.span, site.scope.get());
    lowering.alias = probe_.alias;
    lowering.has_event = false;
    conditions(lowering);
    lowering.stmt(*probe_.body);
    handler.actions = lowering.actions;
    handler.name = next_name();
    outer_.module.kernel_handlers.push_back(std::move(handler));
    return static_cast<int64_t>(outer_.module.kernel_handlers.size() - 1);
  }

  /// The body of `never` makes no code, but what it says of globals counts for their display at the end.
  void note_use_by_never() {
    VariableUse use;
    collect_use(*probe_.body, false, use);
    auto note = [this](const std::set<const ast::VarDecl*>& set, bool ir::Global::*how) {
      // In the order of the script, which is that of their display; the set's is that of addresses.
      std::vector<const ast::VarDecl*> variables(set.begin(), set.end());
      std::sort(variables.begin(), variables.end(),
                [](const ast::VarDecl* a, const ast::VarDecl* b) {
                  return std::tie(a->span.begin, a->name) < std::tie(b->span.begin, b->name);
                });
      for (const ast::VarDecl* variable : variables)
        if (variable->storage == ast::VarDecl::Global)
          outer_.module.globals[outer_.global(*variable)].*how = true;
    };
    note(use.written, &ir::Global::written_by_never);
    note(use.read, &ir::Global::read_by_never);
  }

  std::string next_name() const {
    return "probe_" + std::to_string(outer_.module.kernel_handlers.size());
  }

  void kernel_handler(const std::vector<probes::ResolvedProbe*>& group) {
    const probes::ResolvedProbe& first = *group.front();
    ir::KernelHandler handler;
    handler.span = probe_.span;
    handler.origin = probe_.origin;
    handler.mechanism = first.mechanism;
    for (probes::ResolvedProbe* site : group) handler.sites.push_back(site->site);
    handler.gate = first.gate;
    if (first.gate && first.gate->program != ir::kNone) {
      ir::Need& need = outer_.module.programs[first.gate->program].need;
      need = std::min(need, first.site.need);
    }
    BodyLowering lowering(outer_, handler.body, Side::Kernel, probe_.span, first.scope.get());
    lowering.alias = probe_.alias;
    lowering.is_return_probe = first.is_return;
    if (first.entry) lowering.entry_scope = first.entry->scope.get();
    for (const ir::Site& site : handler.sites)
      lowering.sites_name_functions |= !site.function.empty();
    only_in_process(first.site.pid, lowering.builder());
    if (first.called_from) only_if_called_from(*first.called_from, lowering.builder());
    conditions(lowering);
    lowering.stmt(*probe_.body);
    handler.actions = lowering.actions;
    EntryValues values(outer_, probe_);
    if (!lowering.entry_saves.empty()) values.save_for_return(group, handler, lowering);
    if (!lowering.entry_registers.empty()) values.save_registers(group, lowering);
    handler.name = next_name();  // companions have taken theirs
    outer_.module.kernel_handlers.push_back(std::move(handler));
  }

  ModuleLowering& outer_;
  ElaboratedProbe& probe_;
  std::optional<bool> needs_kernel_;  ///< asked once for all sites of the probe
};

}  // namespace

ir::Module lower(Program& program, probes::ResolveContext& context) {
  ModuleLowering outer(program, context);
  outer.module.perf_counters = context.perf_counters;
  outer.module.points = program.points;
  outer.module.programs = context.programs;
  for (ElaboratedProbe& probe : program.probes) HandlerLowering(outer, probe).run();
  inherit_saved_values(outer);
  ir::Module& module = outer.module;
  module.stage = ir::Stage::Lowered;
  module.displays_globals = program.input.display_globals;
  set_limits(program, module);
  module.suppress_errors = program.input.suppress_errors;
  for (const auto& file : program.files)
    for (const ast::EmbeddedCode& code : file->embedded) {
      const EmbeddedC& c = code.c;
      if (c.says_user) module.user_code.push_back(c.text);
      if (!c.says_user || c.says_kernel) module.kernel_code.push_back(c.text);
    }
  module.script_name = program.files[0]->source->name;
  return std::move(outer.module);
}

}  // namespace coretap
