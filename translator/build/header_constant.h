// The value of a constant of the C headers, for @const("EAGAIN").
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "support/compile_input.h"
#include "support/lookups.h"

namespace coretap {

/// Asks clang what `expression` is where the C library's and the kernel's user-space headers are
/// included; nothing if it is no integer constant there, or if there is no clang. The headers are recorded in `lookups`.
std::optional<int64_t> header_constant(const std::string& expression, const CompileInput& input,
                                       Lookups& lookups);

}  // namespace coretap
