// Prints an AST as valid .stp text (`-p1`): parsing the output gives the same AST.
#pragma once

#include <string>

#include "ast/ast.h"

namespace coretap::ast {
std::string print(const File& file);
std::string print(const ProbeDecl& probe);
std::string print(const FunctionDecl& function);
std::string print(const Stmt& statement, int indent = 0);
std::string print(const Expr& expr);
}  // namespace coretap::ast
