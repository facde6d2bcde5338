#include "lower/needs_kernel.h"

#include <algorithm>
#include <set>

#include "ast/visitor.h"
#include "lower/overloads.h"

namespace coretap {

namespace {

class KernelNeed {
 public:
  bool of(ElaboratedProbe& probe) {
    ast::Walker walker;
    walker.expr = [this](ast::ExprPtr& expr) {
      look(*expr);
      return !found_;
    };
    walker.stmt = [this](ast::StmtPtr& stmt) {
      if (stmt->kind == ast::StmtKind::Embedded) look(static_cast<ast::EmbeddedStmt&>(*stmt).c);
      return !found_;
    };
    for (ast::ExprPtr& condition : probe.conditions) ast::walk(condition, walker);
    ast::walk(probe.body, walker);
    while (!todo_.empty() && !found_) {
      ast::FunctionDecl* function = todo_.back();
      todo_.pop_back();
      ast::walk(function->body, walker);
    }
    return found_;
  }

 private:
  void look(ast::Expr& expr) {
    switch (expr.kind) {
      case ast::ExprKind::Cast: found_ |= reads_memory(static_cast<ast::Cast&>(expr)); return;
      case ast::ExprKind::Call: return look(static_cast<ast::Call&>(expr));
      case ast::ExprKind::Embedded: return look(static_cast<ast::EmbeddedExpr&>(expr).c);
      case ast::ExprKind::Print: {
        const auto& pieces = static_cast<ast::Print&>(expr).pieces;
        found_ |= std::any_of(pieces.begin(), pieces.end(), [](const FormatPiece& piece) {
          return (piece.conversion == 'm' || piece.conversion == 'M') && !piece.flag_hash;
        });
        return;
      }
      default: return;
    }
  }

  void look(ast::Call& call) {
    for (const Overload& overload : overloads(call, {ir::Side::User})) {
      const auto& c = overload.callee->c;
      found_ |= overload.other_side && c && !asks_about_event(*c);
      if (overload.callee->body && seen_.insert(overload.callee).second)
        todo_.push_back(overload.callee);
    }
  }

  void look(const EmbeddedC& c) { found_ |= c.for_kernel && !c.for_user; }

  bool found_ = false;
  std::set<ast::FunctionDecl*> seen_;
  std::vector<ast::FunctionDecl*> todo_;
};

}  // namespace

bool needs_kernel(ElaboratedProbe& probe) { return KernelNeed().of(probe); }

bool reads_memory(const ast::Cast& cast) {
  if (cast.components.empty()) return false;
  bool is_element = cast.components.front().kind == ast::Component::LiteralIndex ||
                    cast.components.front().kind == ast::Component::ExprIndex;
  return !cast.address_of || !is_element || cast.components.size() > 1;
}

}  // namespace coretap
