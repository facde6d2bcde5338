#include "probes/scope_base.h"

#include <algorithm>

#include "probes/families.h"

namespace coretap::probes {

using ir::Operand;

namespace {

/// "$$vars$": the pretty suffix of a group; 0, 1 or 2.
int pretty_level(const std::vector<ast::Component>& components) {
  if (components.empty() || components.back().kind != ast::Component::Pretty) return 0;
  return static_cast<int>(components.back().number);
}

bool is_group_name(const std::string& name) { return name.starts_with("$$"); }

std::string bare(const std::string& name) { return name.starts_with("$") ? name.substr(1) : name; }

}  // namespace

bool is_string(const ast::Target& target) {
  return is_group_name(target.name) || pretty_level(target.components) != 0;
}

void hint_names(Diagnostic& problem, const std::string& name,
                const std::vector<std::string>& known) {
  constexpr size_t kShort = 8;
  std::vector<std::string> similar = similar_names(name, known);
  if (similar.empty() && known.size() <= kShort) similar = known;
  if (similar.empty()) return;
  for (std::string& each : similar) each = "$" + each;
  problem.hint("similar: " + join(similar));
}

std::optional<std::string> VariableScope::text(const std::string&) const { return std::nullopt; }

namespace {

/// An index that the script computes is not one of the reads in which the text may fail.
ct::Result<Operand> lower_pretty(const std::function<ct::Result<Place>()>& place_of,
                                 const std::vector<ast::Component>& components, bool deep,
                                 PlaceEmitter& emitter) {
  bool has_computed_index = std::any_of(
      components.begin(), components.end(),
      [](const ast::Component& component) { return component.kind == ast::Component::ExprIndex; });
  if (!has_computed_index) return pretty_print(place_of, deep, emitter);
  ct::Result<Place> place = place_of();
  return pretty_print([&] { return place; }, deep, emitter);
}

}  // namespace

std::optional<Operand> lower_components(const Root& root, const std::string& name, const Span& span,
                                        bool address_of,
                                        const std::vector<ast::Component>& components,
                                        const LocationSite& site, ContextLowering& to) {
  auto plan = plan_access(root.type, components);
  if (!plan) {
    to.diagnostics().report(plan.failure());
    return std::nullopt;
  }
  PlaceEmitter emitter(to, site);
  auto place_of = [&] { return follow(*plan, root.emit(emitter), emitter); };
  auto lower = [&]() -> ct::Result<Operand> {
    if (plan->pretty) return lower_pretty(place_of, components, plan->pretty->number == 2, emitter);
    ct::Result<Place> place = place_of();
    if (!place) return place.failure();
    return address_of ? emitter.address(*place) : emitter.read(*place);
  };
  ct::Result<Operand> value = lower();
  if (value) return *value;
  to.diagnostics().semantic_error(
      address_of ? "no-address" : "variable-unavailable", span,
      "cannot " + std::string(address_of ? "take the address in '" : "read '") +
          (span ? span.file->text.substr(span.begin, span.end - span.begin) : name) +
          "': " + value.failure().text());
  return std::nullopt;
}

std::optional<Operand> VariableScope::lower_access(const Root& root, const Written& written,
                                                   ContextLowering& to) {
  return lower_components(root, written.name, written.span, written.address_of, written.components,
                          location_site(), to);
}

std::optional<Operand> VariableScope::lower_group(const ast::Target& target, ContextLowering& to) {
  if (std::optional<std::string> known = text(target.name)) return Operand::string(*known);
  std::optional<std::vector<VarsEntry>> entries = group(target.name);
  if (!entries) {
    to.diagnostics()
        .semantic_error("no-such-variable", target.span,
                        "there is no '" + target.name + "' at this probe point")
        .hint("known are $$vars $$parms $$locals, and $$return in .return probes");
    return std::nullopt;
  }
  PlaceEmitter emitter(to, location_site());
  return print_vars(*entries, pretty_level(target.components), emitter);
}

std::optional<Operand> VariableScope::lower(const ast::Target& target, ContextLowering& to) {
  if (is_group_name(target.name)) return lower_group(target, to);
  auto root = find(bare(target.name), target.span);
  if (!root) {
    to.diagnostics().report(root.failure());
    return std::nullopt;
  }
  return lower_access(*root, {target.name, target.span, target.address_of, target.components}, to);
}

std::optional<Operand> VariableScope::lower(const ast::AtVar& var, ContextLowering& to) {
  auto root = find_var(var);
  if (!root) {
    to.diagnostics().report(root.failure());
    return std::nullopt;
  }
  return lower_access(*root, {var.target, var.span, var.address_of, var.components}, to);
}

std::optional<Root> VariableScope::root_of(const ast::Expr& expr) {
  auto if_found = [](ct::Result<Root, Diagnostic> root) {
    return root ? std::optional<Root>(*std::move(root)) : std::nullopt;
  };
  switch (expr.kind) {
    case ast::ExprKind::Target: {
      const auto& target = static_cast<const ast::Target&>(expr);
      return if_found(find(bare(target.name), target.span));
    }
    case ast::ExprKind::AtVar: return if_found(find_var(static_cast<const ast::AtVar&>(expr)));
    case ast::ExprKind::Cast: {
      auto cast = find_cast_type(static_cast<const ast::Cast&>(expr), this, context_);
      if (!cast) return std::nullopt;
      return Root{pointer_to(cast->type), nullptr};
    }
    default: return std::nullopt;
  }
}

namespace {

const std::vector<ast::Component>* components_of(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::Target: return &static_cast<const ast::Target&>(expr).components;
    case ast::ExprKind::AtVar: return &static_cast<const ast::AtVar&>(expr).components;
    case ast::ExprKind::Cast: return &static_cast<const ast::Cast&>(expr).components;
    default: return nullptr;
  }
}

/// A lowering whose code is thrown away: tells whether a real one would succeed.
class TrialLowering final : public ContextLowering {
 public:
  explicit TrialLowering(ResolveContext& context) : context_(context) {}
  ir::Builder& builder() override { return builder_; }
  ir::Module& module() override { return module_; }
  Diagnostics& diagnostics() override { return diagnostics_; }
  const std::vector<Shape>& shapes() override { return context_.shapes(); }
  ir::Operand lower_long(const ast::Expr&) override { return any_number(); }
  ir::Operand entry_register(unsigned, ir::Operand) override { return any_number(); }
  ir::Operand any_number() { return ir::Operand::of(builder_.temp(ir::Ty::Long)); }

 private:
  ResolveContext& context_;
  ir::Module module_;
  ir::Body body_;
  ir::Builder builder_{body_, {}};
  Diagnostics diagnostics_;
};

}  // namespace

std::optional<Diagnostic> refusal(ContextScope& scope, const ast::Expr& target,
                                  ResolveContext& context) {
  TrialLowering trial(context);
  if (target.kind == ast::ExprKind::Target)
    scope.lower(static_cast<const ast::Target&>(target), trial);
  else if (target.kind == ast::ExprKind::AtVar)
    scope.lower(static_cast<const ast::AtVar&>(target), trial);
  for (const Diagnostic& each : trial.diagnostics().all())
    if (each.severity != Severity::Warning) return each;
  return std::nullopt;
}

/// What is defined is what can be read: only the reading itself knows all that may be in its way.
bool VariableScope::defines(const ast::Expr& expr) {
  TrialLowering trial(context_);
  if (expr.kind == ast::ExprKind::Target)
    return lower(static_cast<const ast::Target&>(expr), trial).has_value();
  if (expr.kind == ast::ExprKind::AtVar)
    return lower(static_cast<const ast::AtVar&>(expr), trial).has_value();
  if (expr.kind != ast::ExprKind::Cast) return false;
  const auto& cast = static_cast<const ast::Cast&>(expr);
  return lower_cast(cast, trial.any_number(), this, context_, trial).has_value();
}

debug::TypePtr VariableScope::type_of(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::Target && is_string(static_cast<const ast::Target&>(expr)))
    return nullptr;
  std::optional<Root> root = root_of(expr);
  if (!root) return nullptr;
  auto plan = plan_access(root->type, *components_of(expr));
  return plan ? probes::type_of(plan->result) : nullptr;
}

}  // namespace coretap::probes
