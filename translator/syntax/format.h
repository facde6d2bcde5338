// printf formats, parsed once at compile time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ast/ast.h"
#include "support/diagnostics.h"

namespace coretap::syntax {

/// The pieces of `format`; mistakes are reported at `at`, the format's string.
std::vector<FormatPiece> parse_format(const std::string& format, const Span& at,
                                      Diagnostics& diagnostics);

/// How many arguments the pieces take: one per conversion and per `*`. `%m`/`%M` take an address.
size_t format_arguments(const std::vector<FormatPiece>& pieces);

}  // namespace coretap::syntax
