// The text of a question: '$x @ POINT', '@var("x@file.c") @ POINT', or a probe point alone.
#pragma once

#include <optional>
#include <string>

#include "ast/ast.h"
#include "support/diagnostics.h"
#include "support/source.h"

namespace coretap::why {

struct Question {
  std::string variable;  ///< "$x->f"; "" if the question is about the probe point
  std::string point;
};

/// Takes a question apart; nothing after reporting `why-question`.
std::optional<Question> parse_question(const SourceFile& text, Diagnostics& diagnostics);

/// A script with the probe point, and a handler that is the variable: what the parser and the passes are given.
std::string script_of(const Question& question);

/// The variable in the script that script_of() made: a Target or AtVar. Null if the question has none, or reports
/// `why-question` if it is something else.
const ast::Expr* variable_of(const ast::File& script, const Question& question,
                             Diagnostics& diagnostics);

}  // namespace coretap::why
