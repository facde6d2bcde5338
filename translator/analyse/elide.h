// The steps of elide(); elide.cpp repeats them until none finds anything.
#pragma once

#include <string>

#include "analyse/variable_use.h"

namespace coretap {

/// Tells what is left out: of the user's script, and while there is something to tell (see
/// elide.cpp on rounds).
class ElisionWarnings {
 public:
  explicit ElisionWarnings(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}
  void stop() { tells_ = false; }
  bool tells() const { return tells_; }
  void warning(const char* id, const Span& at, const std::string& message) const {
    if (tells_ && at.file && at.file->is_user_script) diagnostics_.warning(id, at, message);
  }

 private:
  Diagnostics& diagnostics_;
  bool tells_ = true;
};

/// elide_statements.cpp: `x = value`, where nobody reads the local x, becomes `value`.
bool drop_dead_assignments(ast::StmtPtr& body, const ProgramUse& use,
                           const ElisionWarnings& warnings);

/// elide_statements.cpp: drops statements without effect, and what is then empty. `body` is null if
/// nothing is left of it.
bool drop_idle_statements(ast::StmtPtr& body, const ProgramUse& use,
                          const ElisionWarnings& warnings);

/// elide_statements.cpp: of an expression whose value nobody wants, keeps the parts that do something.
bool keep_effects_only(ast::StmtPtr& body, const ProgramUse& use);

/// fold_constants.cpp: computes what the script's literals decide, and drops branches and statements
/// that are never reached. Not a part of what -u turns off: conditions of `%( %)` and arguments leave
/// much of it, and what they exclude need not make sense.
bool fold_constants(ast::StmtPtr& body, const ProgramUse& use);
bool fold_constants(ast::ExprPtr& expr, const ProgramUse& use);

}  // namespace coretap
