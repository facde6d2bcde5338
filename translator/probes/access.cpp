#include "probes/access.h"

#include <algorithm>
#include <optional>

#include "probes/families.h"
#include "probes/variants.h"

namespace coretap::probes {

using debug::TypeKind;

namespace {

/// Keeps the state of a walk along the components.
class Planner {
 public:
  explicit Planner(const debug::TypePtr& root) { plan_.result.type = root; }

  /// What is wrong with the step, or nothing.
  std::optional<Diagnostic> step(const ast::Component& component) {
    follow_reference();
    switch (component.kind) {
      case ast::Component::Member: return member(component);
      case ast::Component::LiteralIndex:
      case ast::Component::ExprIndex: return index(component);
      case ast::Component::Pretty: break;
    }
    plan_.pretty = &component;
    return std::nullopt;
  }
  AccessPlan take() {
    if (!plan_.pretty) follow_reference();
    return std::move(plan_);
  }

 private:
  /// Who names a C++ reference means what it refers to.
  void follow_reference() {
    debug::TypePtr type = type_of(plan_.result);
    if (!type || !type->is_reference()) return;
    arrive(type->target());
    plan_.steps.push_back({AccessStep::Deref, {}, nullptr, nullptr, 0});
  }

  void arrive(debug::TypePtr type) {
    plan_.result.type = std::move(type);
    plan_.result.dims = 0;
  }

  std::optional<Diagnostic> member(const ast::Component& component) {
    if (kind_of(plan_.result) == TypeKind::Pointer) {
      arrive(type_of(plan_.result)->target());
      plan_.steps.push_back({AccessStep::Deref, {}, nullptr, nullptr, 0});
    }
    debug::TypePtr record = type_of(plan_.result);
    if (!is_record(kind_of(plan_.result)))
      return semantic_problem("not-a-struct", component.span,
                              "'->" + component.name +
                                  "' needs a struct or union, but this is of type '" +
                                  spelling(record) + "'");
    std::optional<debug::FoundMember> found = debug::find_member(*record, component.name);
    if (!found && variant(component, *record)) return std::nullopt;
    if (!found) return no_member(component, *record);
    if (!found->problem().empty())
      return semantic_problem("variable-unavailable", component.span,
                              "'" + component.name + "' cannot be read here: " + found->problem());
    arrive(found->leaf().type);
    plan_.steps.push_back({AccessStep::Member, std::move(*found), nullptr, nullptr, 0});
    return std::nullopt;
  }

  /// A variant of an enum, by its name, is what it holds.
  bool variant(const ast::Component& component, const debug::Type& record) {
    std::optional<debug::Variants> variants = record.variants();
    if (!variants) return false;
    auto found = std::ranges::find(variants->all, component.name, &debug::Variants::Variant::name);
    if (found == variants->all.end()) return false;
    const auto which = static_cast<size_t>(found - variants->all.begin());
    arrive(found->content.type);
    AccessStep step;
    step.kind = AccessStep::Variant;
    step.variants = std::make_shared<const debug::Variants>(*std::move(variants));
    step.variant = which;
    plan_.steps.push_back(std::move(step));
    return true;
  }

  static Diagnostic no_member(const ast::Component& component, const debug::Type& record) {
    std::vector<std::string> names = debug::member_names(record);
    if (std::optional<debug::Variants> variants = record.variants())
      for (const debug::Variants::Variant& each : variants->all) names.push_back(each.name);
    Diagnostic problem = semantic_problem(
        "no-such-member", component.span,
        names.empty() ? "'" + record.spelling() + "' is declared but its members are not known here"
                      : "'" + record.spelling() + "' has no member '" + component.name + "'");
    std::vector<std::string> similar = similar_names(component.name, names);
    if (!similar.empty())
      problem.hint("similar: " + join(similar));
    else if (!names.empty() && names.size() <= 12)
      problem.hint("members: " + join(names));
    return problem;
  }

  std::optional<Diagnostic> index(const ast::Component& component) {
    debug::TypePtr type = type_of(plan_.result);
    if (kind_of(plan_.result) == TypeKind::Pointer) {
      arrive(type->target());
      if (kind_of(plan_.result) == TypeKind::Void || kind_of(plan_.result) == TypeKind::Function)
        return semantic_problem("not-an-array", component.span,
                                "'" + spelling(type) + "' cannot be indexed");
      plan_.steps.push_back({AccessStep::PointerElement, {}, &component, nullptr, 0});
      return std::nullopt;
    }
    if (kind_of(plan_.result) != TypeKind::Array)
      return semantic_problem("not-an-array", component.span,
                              "'" + spelling(type) + "' is neither an array nor a pointer");
    std::vector<uint64_t> counts = plan_.result.type->array_counts();
    uint64_t count = plan_.result.dims < counts.size() ? counts[plan_.result.dims] : 0;
    bool is_literal = component.kind == ast::Component::LiteralIndex;
    if (is_literal && count > 1 &&
        (component.number < 0 || static_cast<uint64_t>(component.number) >= count))
      return semantic_problem("index-out-of-range", component.span,
                              "index " + std::to_string(component.number) +
                                  " is outside of the array, whose last is " +
                                  std::to_string(count - 1));
    plan_.result.dims++;
    plan_.steps.push_back({AccessStep::Element, {}, &component, nullptr, 0});
    return std::nullopt;
  }

  AccessPlan plan_;
};

ir::Operand index_value(const ast::Component& component, PlaceEmitter& emitter) {
  if (component.kind == ast::Component::LiteralIndex) return ir::Operand::integer(component.number);
  return emitter.to().lower_long(*component.index);
}

}  // namespace

std::string spelling(const debug::TypePtr& type) { return type ? type->spelling() : "void"; }

ct::Result<AccessPlan, Diagnostic> plan_access(const debug::TypePtr& root,
                                               const std::vector<ast::Component>& components) {
  Planner planner(root);
  for (const ast::Component& component : components)
    if (std::optional<Diagnostic> problem = planner.step(component)) return *problem;
  return planner.take();
}

namespace {

ct::Result<Place> take(const AccessStep& step, const Place& from, PlaceEmitter& emitter) {
  switch (step.kind) {
    case AccessStep::Deref: return emitter.pointee(from);
    case AccessStep::Member: return emitter.member(from, step.member);
    case AccessStep::Element: return emitter.element(from, index_value(*step.written, emitter));
    case AccessStep::Variant: return content_of(from, *step.variants, step.variant, emitter);
    case AccessStep::PointerElement: break;
  }
  return emitter.pointee(from, index_value(*step.written, emitter));
}

}  // namespace

ct::Result<Place> follow(const AccessPlan& plan, Place from, PlaceEmitter& emitter) {
  ct::Result<Place> place = std::move(from);
  for (const AccessStep& step : plan.steps)
    if (place) place = take(step, *place, emitter);
  return place;
}

}  // namespace coretap::probes
