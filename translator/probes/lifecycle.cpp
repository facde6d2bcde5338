// begin, end, error and never.
#include "probes/families.h"

namespace coretap::probes {

std::vector<ResolvedProbe> resolve_lifecycle(const ast::ProbePoint& point, ResolveContext&) {
  const ast::ProbeComponent& component = point.components.front();
  ResolvedProbe probe;
  probe.canonical = written(point);
  probe.side = ir::Side::User;
  probe.event = component.functor == "begin"   ? ir::UserEvent::Begin
                : component.functor == "error" ? ir::UserEvent::Error
                                               : ir::UserEvent::End;
  probe.never = component.functor == "never";
  probe.priority = component.number_arg.value_or(0);
  probe.scope = make_no_scope("a '" + component.functor + "' probe has no context variables");
  return {probe};
}

}  // namespace coretap::probes
