// An alias's text put where a probe names it: diagnostics about it then show each use on the way.
#pragma once

#include "ast/visitor.h"
#include "support/source.h"

namespace coretap {

/// Clones of an alias's bodies and points, each of whose spans ends its chain of expansions at `use`,
/// the point that named the alias.
class AliasClone {
 public:
  AliasClone(Sources& sources, const Span& use) : sources_(sources), use_(sources.remember(use)) {}
  ast::StmtPtr body(const ast::Stmt& body) const;
  ast::ProbePoint point(const ast::ProbePoint& point) const;

 private:
  void place(Span& span) const;
  void place(ast::Expr& expr) const;
  ast::Walker walker() const;  ///< places all that it sees
  Sources& sources_;
  const Span* use_;
};

}  // namespace coretap
