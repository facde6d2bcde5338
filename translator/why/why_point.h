// Why are these the sites of a probe point, and why has a line none?
#pragma once

#include <iosfwd>
#include <string>

#include "analyse/program.h"
#include "probes/dwarf_scope.h"
#include "why/question.h"

namespace coretap::why {

/// Answers a question about the sites of `program`, whose only probe is the question's and is elaborated.
void answer_point(const Question& question, const Program& program, probes::ResolveContext& context,
                  std::ostream& out);

/// Where the question's point, which could not be resolved, names a line of a program that has no site: says why. False if it
/// does not, and nothing is written.
bool answer_line_without_site(const Question& question, const ast::ProbePoint& point,
                              probes::ResolveContext& context, std::ostream& out);

/// Where in its function a site of a program is, and so why: "the first instruction of main". Safe for a terminal.
std::string position_of(const probes::CodePlace& place, const probes::ResolvedProbe& site);

/// Of a site that is not in code known by debug information: "it runs in user space, in the session itself", "by tracepoint at
/// sched:sched_switch". Safe for a terminal.
std::string event_of(const probes::ResolvedProbe& site);

/// Every row that the line table has of a line, each with what it is: lines of text. "" if there is none.
std::string rows_of_line(const debug::Module& module, const std::string& function,
                         const debug::SourceLine& line);

}  // namespace coretap::why
