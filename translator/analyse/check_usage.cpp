// Warnings about what the command line says without effect.
#include "analyse/program.h"

namespace coretap {

void check_usage(Program& program) {
  const ArgumentUse& use = program.argument_use;
  // argc and argv of the tapset stand for all of them, as in stap.
  for (const ast::VarDecl* global : program.globals)
    if (!global->span.file->is_user_script && (global->name == "argc" || global->name == "argv"))
      return;
  for (size_t i = 0; i < program.facts.arguments.size(); i++) {
    bool used = use.all_used || (i < use.used.size() && use.used[i]);
    if (used) continue;
    std::string n = std::to_string(i + 1);
    program.diagnostics.warning("unused-argument", Span{},
                                "unused command line option $" + n + "/@" + n);
  }
}

}  // namespace coretap
