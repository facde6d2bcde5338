#include "why/answer.h"

#include "why/why_point.h"
#include "why/why_variable.h"

namespace coretap::why {

bool answer(const Question& question, Program& program, probes::ResolveContext& context,
            Diagnostics::Attempt& attempt, std::ostream& out) {
  const ast::File& script = *program.files[0];
  // A line that has no site is a question that can be answered, too.
  if (attempt.has_errors() && !script.probes.empty() &&
      answer_line_without_site(question, script.probes[0]->points[0], context, out)) {
    attempt.drop();
    return true;
  }
  if (program.diagnostics.ends_run()) return false;
  const ast::Expr* variable = variable_of(script, question, program.diagnostics);
  if (program.diagnostics.ends_run()) return false;
  if (variable) return answer_variable(question, *variable, program, context, out);
  answer_point(question, program, context, out);
  return !program.diagnostics.ends_run();
}

}  // namespace coretap::why
