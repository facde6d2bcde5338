// process(...).plt[("NAME")][.return]: calls of other objects' functions, as the calling object makes them through its
// procedure linkage table. Wildcards are allowed. Nothing but the table and the dynamic symbols is needed, which stripped
// files have.
//
// $$name is the function's name. Arguments are read by their number, as int_arg(1); the stub has none of its own.
#include <fnmatch.h>

#include "dwarf/instruction.h"
#include "dwarf/no_return.h"
#include "dwarf/registers.h"
#include "probes/process_target.h"

namespace coretap::probes {

namespace {

constexpr std::string_view kName = "$$name";

/// Of a stub: the function's name, and what of the object can be read anywhere in it.
class PltScope final : public ContextScope {
 public:
  explicit PltScope(std::shared_ptr<ContextScope> object) : object_(std::move(object)) {}

  std::optional<ir::Operand> lower(const ast::Target& target, ContextLowering& to) override {
    if (target.name == kName) {
      // As ppfunc(): all stubs share a program, and each site has its text.
      ir::LocalId name = to.builder().temp(ir::Ty::Str);
      to.builder().append(ir::Op::SiteStr, {}, name).site_text = SiteText::PpFunc;
      return ir::Operand::of(name);
    }
    to.diagnostics()
        .semantic_error(
            "no-such-variable", target.span,
            "'" + target.name + "' cannot be used here: a linkage table's entry has only $$name")
        .hint("int_arg(1), pointer_arg(1) and so on are the arguments of the call");
    return std::nullopt;
  }
  std::optional<ir::Operand> lower(const ast::AtVar& var, ContextLowering& to) override {
    return object_->lower(var, to);
  }
  bool defines(const ast::Expr& expr) override {
    if (expr.kind != ast::ExprKind::Target) return object_->defines(expr);
    return static_cast<const ast::Target&>(expr).name == kName;
  }
  bool reads_at_exit(const ast::Target& target) override { return target.name == kName; }
  std::vector<std::string> listing() override { return {}; }
  std::string sharing_key() const override { return object_->sharing_key(); }
  std::string sharing_key(const std::vector<std::string>& used) const override {
    std::vector<std::string> others;
    for (const std::string& name : used)
      if (name != kName) others.push_back(name);
    return object_->sharing_key(others);
  }
  debug::TypePtr type_of(const ast::Expr& expr) override {
    return expr.kind == ast::ExprKind::Target ? nullptr : object_->type_of(expr);
  }

 private:
  std::shared_ptr<ContextScope> object_;
};

/// A uretprobe on a stub is one of the function that it jumps to, whose return instructions are in another object.
std::shared_ptr<ReturnPlaces> places_of_return(const debug::Module& module,
                                               const std::string& symbol) {
  auto places = std::make_shared<ReturnPlaces>();
  if (debug::never_returns(symbol)) return places;  // no place, and no obstacle
  places->obstacle = "they are those of the function in another object";
  const debug::StackUse& use = module.stack_use();
  if (debug::returns_twice(symbol))
    places->danger = ReturnPlaces::ReadsReturnAddress;
  else if (use.is_go)
    places->danger = ReturnPlaces::Go;
  else if (use.throws)
    places->danger = ReturnPlaces::Exceptions;
  else if (use.switches_stacks)
    places->danger = ReturnPlaces::Coroutines;
  return places;
}

/// A stub runs on the frame that the call has made, of which nothing is left above the stack pointer at the return.
std::optional<FrameAddress> frame_of_call(const debug::Module& module, bool is_return) {
  const debug::MachineRegisters* registers = debug::registers_of(module.machine());
  const debug::InstructionSet* set = debug::InstructionSet::of(module.machine());
  if (!registers || !set) return std::nullopt;
  const int64_t above = is_return ? 0 : set->frame_above_stack();
  return FrameAddress{debug::kernel_register(module.machine(), registers->stack_pointer), above,
                      std::nullopt};
}

std::optional<ResolvedProbe> probe_entry(const ProcessTarget& target, const debug::PltEntry& entry,
                                         bool is_return, const Span& at, ResolveContext& context) {
  SiteDetails text;
  text.canonical = canonical_prefix(target) + ".plt(\"" + entry.symbol + "\")";
  text.function = entry.symbol;
  std::optional<ResolvedProbe> call =
      make_uprobe(target, entry.pc, ir::Mechanism::Uprobe, text, at, context);
  if (!call) return std::nullopt;
  call->scope = std::make_shared<PltScope>(std::move(call->scope));
  call->frame = frame_of_call(*target.module, false);
  if (!is_return) return call;
  text.canonical += ".return";
  std::optional<ResolvedProbe> probe =
      make_uprobe(target, entry.pc, ir::Mechanism::Uretprobe, text, at, context);
  if (!probe) return std::nullopt;
  probe->scope = std::make_shared<PltScope>(std::move(probe->scope));
  probe->frame = frame_of_call(*target.module, true);
  probe->entry = std::make_shared<ResolvedProbe>(std::move(*call));
  probe->returns = places_of_return(*target.module, entry.symbol);
  return probe;
}

void report_no_entry(const debug::Module& module, const std::string& pattern, const Span& at,
                     ResolveContext& context) {
  Diagnostic& diagnostic = context.diagnostics.semantic_error(
      "no-such-plt", at,
      "no entry of the procedure linkage table matches '" + pattern + "' in " + module.path());
  std::vector<std::string> names;
  for (const debug::PltEntry& entry : module.plt()) names.push_back(entry.symbol);
  std::vector<std::string> similar = similar_names(pattern, names);
  if (names.empty())
    diagnostic.hint("it has no such table: it is linked statically, or with -fno-plt");
  else if (!similar.empty())
    diagnostic.hint("similar: " + join(similar));
}

}  // namespace

std::vector<ResolvedProbe> resolve_process_plt(const ast::ProbePoint& point,
                                               ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "plt");
  const std::string pattern = component.string_arg.value_or("*");
  const bool is_return = has_component(point, "return");
  std::vector<ResolvedProbe> probes;
  std::vector<ProcessTarget> targets = find_process_targets(point, context);
  Diagnostics::Attempt attempt(context.diagnostics);
  for (const ProcessTarget& target : targets) {
    bool found = false;
    for (const debug::PltEntry& entry : target.module->plt()) {
      if (fnmatch(pattern.c_str(), entry.symbol.c_str(), 0) != 0) continue;
      found = true;
      if (auto probe = probe_entry(target, entry, is_return, component.span, context))
        probes.push_back(std::move(*probe));
    }
    if (!found) report_no_entry(*target.module, pattern, component.span, context);
  }
  // One of several objects that has the entry is enough.
  if (targets.size() > 1 && !probes.empty()) attempt.drop();
  return probes;
}

}  // namespace coretap::probes
