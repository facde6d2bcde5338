#include "analyse/may_decline.h"

#include "ast/visitor.h"

namespace coretap {

bool may_decline(const ast::FunctionDecl& function) {
  if (function.c) return function.c->may_decline;
  bool found = false;
  ast::Walker walker;
  walker.stmt = [&](ast::StmtPtr& stmt) {
    found |= stmt->kind == ast::StmtKind::Next;
    return !found;
  };
  if (function.body) ast::walk(const_cast<ast::StmtPtr&>(function.body), walker);
  return found;
}

}  // namespace coretap
