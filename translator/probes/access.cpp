#include "probes/access.h"

#include "probes/families.h"

namespace coretap::probes {

using debug::TypeKind;

namespace {

Problem make_problem(std::string id, const Span& span, std::string message) {
  return {std::move(id), span, std::move(message), {}};
}

/// Keeps the state of a walk along the components.
class Planner {
 public:
  Planner(const debug::TypePtr& root, Problem& problem) : problem_(problem) {
    plan_.result.type = root;
  }

  bool step(const ast::Component& component) {
    follow_reference();
    switch (component.kind) {
      case ast::Component::Member: return member(component);
      case ast::Component::LiteralIndex:
      case ast::Component::ExprIndex: return index(component);
      case ast::Component::Pretty: break;
    }
    plan_.pretty = &component;
    return true;
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
    plan_.steps.push_back({AccessStep::Deref, {}, nullptr});
  }

  void arrive(debug::TypePtr type) {
    plan_.result.type = std::move(type);
    plan_.result.dims = 0;
  }

  bool fail(const ast::Component& at, std::string id, std::string message) {
    problem_ = make_problem(std::move(id), at.span, std::move(message));
    return false;
  }

  bool member(const ast::Component& component) {
    if (kind_of(plan_.result) == TypeKind::Pointer) {
      arrive(type_of(plan_.result)->target());
      plan_.steps.push_back({AccessStep::Deref, {}, nullptr});
    }
    debug::TypePtr record = type_of(plan_.result);
    if (!is_record(kind_of(plan_.result)))
      return fail(component, "not-a-struct",
                  "'->" + component.name + "' needs a struct or union, but this is of type '" +
                      spelling(record) + "'");
    std::optional<debug::FoundMember> found = debug::find_member(*record, component.name);
    if (!found) return no_member(component, *record);
    if (!found->problem().empty())
      return fail(component, "variable-unavailable",
                  "'" + component.name + "' cannot be read here: " + found->problem());
    arrive(found->leaf().type);
    plan_.steps.push_back({AccessStep::Member, std::move(*found), nullptr});
    return true;
  }

  bool no_member(const ast::Component& component, const debug::Type& record) {
    std::vector<std::string> names = debug::member_names(record);
    fail(component, "no-such-member",
         names.empty()
             ? "'" + record.spelling() + "' is declared but its members are not known here"
             : "'" + record.spelling() + "' has no member '" + component.name + "'");
    std::vector<std::string> similar = similar_names(component.name, names);
    if (!similar.empty())
      problem_.hints.push_back("similar: " + join(similar));
    else if (!names.empty() && names.size() <= 12)
      problem_.hints.push_back("members: " + join(names));
    return false;
  }

  bool index(const ast::Component& component) {
    debug::TypePtr type = type_of(plan_.result);
    if (kind_of(plan_.result) == TypeKind::Pointer) {
      arrive(type->target());
      if (kind_of(plan_.result) == TypeKind::Void || kind_of(plan_.result) == TypeKind::Function)
        return fail(component, "not-an-array", "'" + spelling(type) + "' cannot be indexed");
      plan_.steps.push_back({AccessStep::PointerElement, {}, &component});
      return true;
    }
    if (kind_of(plan_.result) != TypeKind::Array)
      return fail(component, "not-an-array",
                  "'" + spelling(type) + "' is neither an array nor a pointer");
    std::vector<uint64_t> counts = plan_.result.type->array_counts();
    uint64_t count = plan_.result.dims < counts.size() ? counts[plan_.result.dims] : 0;
    bool is_literal = component.kind == ast::Component::LiteralIndex;
    if (is_literal && count > 1 &&
        (component.number < 0 || static_cast<uint64_t>(component.number) >= count))
      return fail(component, "index-out-of-range",
                  "index " + std::to_string(component.number) +
                      " is outside of the array, whose last is " + std::to_string(count - 1));
    plan_.result.dims++;
    plan_.steps.push_back({AccessStep::Element, {}, &component});
    return true;
  }

  Problem& problem_;
  AccessPlan plan_;
};

ir::Operand index_value(const ast::Component& component, PlaceEmitter& emitter) {
  if (component.kind == ast::Component::LiteralIndex) return ir::Operand::integer(component.number);
  return emitter.to().lower_long(*component.index);
}

}  // namespace

void report(const Problem& problem, Diagnostics& diagnostics) {
  Diagnostic& diagnostic = diagnostics.semantic_error(problem.id, problem.span, problem.message);
  for (const std::string& hint : problem.hints) diagnostic.hint(hint);
}

std::string spelling(const debug::TypePtr& type) { return type ? type->spelling() : "void"; }

std::optional<AccessPlan> plan_access(const debug::TypePtr& root,
                                      const std::vector<ast::Component>& components,
                                      Problem& problem) {
  Planner planner(root, problem);
  for (const ast::Component& component : components)
    if (!planner.step(component)) return std::nullopt;
  return planner.take();
}

Place follow(const AccessPlan& plan, Place from, PlaceEmitter& emitter) {
  Place place = std::move(from);
  for (const AccessStep& step : plan.steps) {
    switch (step.kind) {
      case AccessStep::Deref: place = emitter.pointee(place); break;
      case AccessStep::Member: place = emitter.member(place, step.member); break;
      case AccessStep::Element:
        place = emitter.element(place, index_value(*step.written, emitter));
        break;
      case AccessStep::PointerElement:
        place = emitter.pointee(place, index_value(*step.written, emitter));
        break;
    }
  }
  return place;
}

}  // namespace coretap::probes
