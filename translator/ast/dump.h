// The AST's structure as text, every field that the parser sets in it and no positions: for
// `-d parse` and to compare trees.
#pragma once

#include <string>

#include "ast/ast.h"

namespace coretap::ast {

std::string dump(const File& file);
std::string dump(const Expr& expr);
std::string dump(const Stmt& stmt);

/// Do both say the same, positions and annotations aside?
bool equal(const File& left, const File& right);
bool equal(const Expr& left, const Expr& right);
bool equal(const Stmt& left, const Stmt& right);

}  // namespace coretap::ast
