// `->member` and `[index]` behind a variable: checked against types first (plan), without any IR,
// so that @defined can ask quietly; then emitted.
#pragma once

#include <string>
#include <vector>

#include "probes/place.h"

namespace coretap::probes {

struct AccessStep {
  enum Kind : uint8_t { Deref, Member, Element, PointerElement, Variant } kind = Deref;
  debug::FoundMember member;                        ///< Member
  const ast::Component* written = nullptr;          ///< Element, PointerElement: holds the index
  std::shared_ptr<const debug::Variants> variants;  ///< Variant
  size_t variant = 0;                               ///< Variant: which of them
};

struct AccessPlan {
  std::vector<AccessStep> steps;
  Place result;                            ///< only type and dims are meaningful
  const ast::Component* pretty = nullptr;  ///< `$` or `$$` at the end
};

/// Follows `components` from an object of type `root`. Pointers are followed by `->` and `[]`;
/// literal indexes outside an array of known size are refused.
ct::Result<AccessPlan, Diagnostic> plan_access(const debug::TypePtr& root,
                                               const std::vector<ast::Component>& components);

/// Emits the steps. Fails when something in registers cannot be followed.
ct::Result<Place> follow(const AccessPlan& plan, Place from, PlaceEmitter& emitter);

/// "struct inner", "int": for messages.
std::string spelling(const debug::TypePtr& type);

}  // namespace coretap::probes
