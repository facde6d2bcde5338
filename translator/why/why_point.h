// Why are these the sites of a probe point, and why has a line none?
#pragma once

#include <iosfwd>

#include "analyse/program.h"
#include "why/question.h"

namespace coretap::why {

/// Answers a question about the sites of `program`, whose only probe is the question's and is elaborated.
void answer_point(const Question& question, const Program& program, probes::ResolveContext& context,
                  std::ostream& out);

/// Where the question's point, which could not be resolved, names a line of a program that has no site: says why. False if it
/// does not, and nothing is written.
bool answer_line_without_site(const Question& question, const ast::ProbePoint& point,
                              probes::ResolveContext& context, std::ostream& out);

}  // namespace coretap::why
