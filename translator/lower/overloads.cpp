#include "lower/overloads.h"

#include "analyse/may_decline.h"
#include "support/internal_error.h"

namespace coretap {

using ir::Side;

namespace {

/// The C versions of one function for the two sides stand side by side in a file, in a tapset
/// beside one in the script's language for the rest: together they are one overload.
bool is_version_of(const ast::FunctionDecl& a, const ast::FunctionDecl& b) {
  if (a.span.file != b.span.file || a.priority != b.priority) return false;
  if (a.c && b.c) return a.c->for_kernel != b.c->for_kernel || a.c->for_user != b.c->for_user;
  bool any_c = a.c || b.c;
  return any_c && !may_decline(a) && !may_decline(b) && !a.span.file->is_user_script;
}

/// The one of `versions` that serves: C for this side, else the script's language, else C that only the other side can run.
/// Without an event, C that asks about one comes last.
Overload pick(const std::vector<ast::FunctionDecl*>& versions, const Surroundings& here) {
  const bool in_kernel = here.side == Side::Kernel;
  Overload script, other, eventless;
  for (ast::FunctionDecl* version : versions) {
    if (!version->c) {
      if (!script.callee) script.callee = version;
      continue;
    }
    const EmbeddedC& c = *version->c;
    const bool either = !c.for_kernel && !c.for_user;
    const bool lacks_event = !here.has_event && asks_about_event(c);
    if (lacks_event)
      eventless = {version, false, true};
    else if (either || (in_kernel ? c.for_kernel : c.for_user))
      return {version};
    else if (!other.callee)
      other = {version, true};
  }
  // What asks about an event has another version for user space, if any, in C or in the script's language.
  if (in_kernel && eventless.callee && other.callee) return other;
  if (script.callee) return script;
  return other.callee ? other : eventless;
}

}  // namespace

bool asks_about_event(const EmbeddedC& c) { return c.user_memory || c.asks_about_event; }

std::vector<Overload> overloads(const ast::Call& call, const Surroundings& here) {
  std::vector<Overload> result;
  for (size_t i = 0; i < call.callees.size();) {
    std::vector<ast::FunctionDecl*> versions{call.callees[i++]};
    while (i < call.callees.size() && is_version_of(*versions[0], *call.callees[i]))
      versions.push_back(call.callees[i++]);
    Overload overload = pick(versions, here);
    if (!overload.callee) internal_error("no version of a function was picked");
    result.push_back(overload);
    if (!may_decline(*overload.callee)) break;
  }
  return result;
}

}  // namespace coretap
