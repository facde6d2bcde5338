// Prometheus's text format, version 0.0.4, for --metrics: docs/remote.md says what becomes what.
// https://github.com/prometheus/docs/blob/main/content/docs/instrumenting/exposition_formats.md
#pragma once

#include <string>
#include <string_view>

#include "runtime/user/harness/program.h"

namespace ct {

/// A label's value with its quotes. A byte that is not part of valid UTF-8 becomes the four characters `\xNN`: Prometheus takes only
/// UTF-8, and two keys must not become one.
std::string metric_label(std::string_view text);

/// The lines "# HELP" and "# TYPE" of a family. `help` is one line.
std::string metric_family(const std::string& name, const char* type, const std::string& help);

/// The family, or families, of a global variable. `slot` is the value of a scalar that is a number or a string; else it is not used.
std::string metrics_of(u32 index, const Global& global, const char* slot);

}  // namespace ct
