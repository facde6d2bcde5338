// Answers a question of --why: about a probe point, or about a variable there.
#pragma once

#include <iosfwd>

#include "analyse/program.h"
#include "support/diagnostics.h"
#include "why/question.h"

namespace coretap::why {

/// Answers a question about `program`, which is elaborated and whose only probe is the question's; `attempt` holds what the
/// elaboration reported. False if it reported something, or if something is reported now: there is no answer then.
bool answer(const Question& question, Program& program, probes::ResolveContext& context,
            Diagnostics::Attempt& attempt, std::ostream& out);

}  // namespace coretap::why
