// "f(int)": a function by its name and the types of its parameters.
#pragma once

#include <string>
#include <vector>

#include "dwarf/module.h"
#include "probes/point_spec.h"
#include "probes/probe_kind.h"

namespace coretap::probes {

/// Keeps the overloads, or the lines in them, that have the parameters which `spec` wants, if it wants any. False after
/// reporting at `at` which others there are.
bool filter_by_parameters(const debug::Module& module, const PointSpec& spec,
                          std::vector<debug::Function>& functions, const ast::ProbeComponent& at,
                          ResolveContext& context);
bool filter_by_parameters(const debug::Module& module, const PointSpec& spec,
                          std::vector<debug::LineSite>& sites, const ast::ProbeComponent& at,
                          ResolveContext& context);
/// Are these the parameters that are written as "int, char const*"? Blanks do not count, nor where `const` stands, nor how
/// integer types are called ("long unsigned int"); types may be written with their scopes or as typedefs.
bool parameters_match(const std::string& written, const debug::ParameterTypes& types);
/// "int, char const*", as they can be written again.
std::string parameter_text(const debug::ParameterTypes& types);

}  // namespace coretap::probes
