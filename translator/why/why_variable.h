// Why can a variable be read at a probe point, or not, and where else can it be?
#pragma once

#include <iosfwd>

#include "analyse/program.h"
#include "why/question.h"

namespace coretap::why {

/// Answers a question about `variable` at the sites of `program`, whose only probe is the question's and is elaborated.
/// False after reporting that there is no such variable.
bool answer_variable(const Question& question, const ast::Expr& variable, Program& program,
                     probes::ResolveContext& context, std::ostream& out);

}  // namespace coretap::why
