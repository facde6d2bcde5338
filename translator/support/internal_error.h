// The end of a compilation that met a bug of the compiler's own.
#pragma once

#include <string>

namespace coretap {

/// Says what was found and where in the compiler, and aborts. For what can only be our mistake; a mistake in
/// a script is a Diagnostic, and a failure of the environment is an error that the caller hears of.
[[noreturn]] void internal_error(const std::string& what);

}  // namespace coretap
