// Whether a script's name is also that of a variable of the probed code: then a `$` was forgotten.
#pragma once

#include <algorithm>
#include <string>

#include "analyse/program.h"

namespace coretap {

/// Has the probed code a variable `name` at one of the probe's sites?
inline bool has_variable(const ElaboratedProbe& probe, const std::string& name) {
  auto is_it = [&](const std::string& listed) { return listed.starts_with("$" + name + ":"); };
  return std::ranges::any_of(probe.sites, [&](const probes::ResolvedProbe& site) {
    return site.scope && std::ranges::any_of(site.scope->listing(), is_it);
  });
}

/// What a message asks where has_variable().
inline std::string did_you_mean(const std::string& name) {
  return "did you mean $" + name + ", the variable of the probed code?";
}

}  // namespace coretap
