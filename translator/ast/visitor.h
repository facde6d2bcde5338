// Walking the AST. A pass says what it wants to see; the order and the list of children of every
// node are written down once, in visitor.cpp.
#pragma once

#include <functional>

#include "ast/ast.h"

namespace coretap::ast {

/// Called with the slot that owns the node, so that a pass can replace it.
using ExprSlot = std::function<void(ExprPtr&)>;
using StmtSlot = std::function<void(StmtPtr&)>;

/// The direct children in source order; null children (a slice's `*`, a missing else) are left
/// out. The slots of foreach keys, foreach value, catch message, a histogram of `in` and the array
/// of `in` must keep a node of the same class.
void for_each_child(Expr& expr, const ExprSlot& on_expr);
void for_each_child(Stmt& stmt, const ExprSlot& on_expr, const StmtSlot& on_stmt);

/// Pre-order callbacks; null ones see nothing and go on. Returning false leaves out the node's
/// children. A callback may replace the node in the slot: the new node's children are walked.
struct Walker {
  std::function<bool(ExprPtr&)> expr;
  std::function<bool(StmtPtr&)> stmt;
};
void walk(ExprPtr& expr, const Walker& walker);
void walk(StmtPtr& stmt, const Walker& walker);
/// Conditions of probe points, bodies and, for an alias, the epilogue body.
void walk(ProbeDecl& probe, const Walker& walker);
void walk(FunctionDecl& function, const Walker& walker);
/// All functions, aliases and probes of the file.
void walk(File& file, const Walker& walker);

}  // namespace coretap::ast
