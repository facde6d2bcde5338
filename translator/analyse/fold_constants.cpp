// What the literals of the script decide: arithmetic on them, branches they choose, statements
// behind a `next`, `return`, `break` or `continue`.
#include <algorithm>
#include <cstdint>
#include <optional>

#include "analyse/elide.h"
#include "analyse/operations.h"
#include "ast/visitor.h"
#include "ir/arithmetic.h"
#include "support/internal_error.h"

namespace coretap {

using ast::Operator;

namespace {

template <typename Node, typename Base>
Node& as(Base& node) {
  return static_cast<Node&>(node);
}

std::optional<int64_t> number_of(const ast::ExprPtr& expr) {
  if (expr->kind != ast::ExprKind::Number) return std::nullopt;
  return as<const ast::Number>(*expr).value;
}

std::optional<std::string> string_of(const ast::ExprPtr& expr) {
  if (expr->kind != ast::ExprKind::String) return std::nullopt;
  return as<const ast::String>(*expr).text();
}

bool is_literal(const ast::ExprPtr& expr) { return number_of(expr) || string_of(expr); }

/// Nothing where the operation fails: that is for run time.
std::optional<int64_t> compute(ast::Operator op, int64_t left, int64_t right) {
  // stap's: no shift by 0 or less, and by 64 above, which its processor takes for 0. Counts that are
  // known at run time only are & 63.
  if (is_shift(op) && (right <= 0 || right > 63)) return left;
  return ir::constant(operation_of(op), left, right);
}

template <typename Value>
std::optional<int64_t> compare(ast::Operator op, const Value& left, const Value& right) {
  switch (op) {
    case Operator::Equal: return left == right;
    case Operator::NotEqual: return left != right;
    case Operator::Less: return left < right;
    case Operator::Greater: return left > right;
    case Operator::LessEqual: return left <= right;
    case Operator::GreaterEqual: return left >= right;
    default: internal_error(std::string("Compare with '") + spelling(op) + "'");
  }
}

class Folder {
 public:
  explicit Folder(const ProgramUse& use) : use_(use) {}

  void expr(ast::ExprPtr& slot) {
    ast::for_each_child(*slot, [this](ast::ExprPtr& child) { expr(child); });
    switch (slot->kind) {
      case ast::ExprKind::Unary: return unary(slot);
      case ast::ExprKind::Binary: {
        auto& node = as<ast::Binary>(*slot);
        auto left = number_of(node.left), right = number_of(node.right);
        if (left && right) return become(slot, compute(node.op, *left, *right));
        if (auto simpler = with_one_literal(node, left, right)) replace(slot, std::move(*simpler));
        return;
      }
      case ast::ExprKind::Compare: return comparison(slot);
      case ast::ExprKind::Logical: return logical(slot);
      case ast::ExprKind::Ternary: {
        auto& node = as<ast::Ternary>(*slot);
        bool clash = is_literal(node.then_value) && is_literal(node.else_value) &&
                     node.then_value->kind != node.else_value->kind;
        if (clash) return;  // for the type inference to report
        if (auto condition = number_of(node.condition))
          replace(slot, std::move(*condition ? node.then_value : node.else_value));
        return;
      }
      default: return;
    }
  }

  void stmt(ast::StmtPtr& slot) {
    ast::for_each_child(
        *slot, [this](ast::ExprPtr& e) { expr(e); }, [this](ast::StmtPtr& s) { stmt(s); });
    switch (slot->kind) {
      case ast::StmtKind::Block: return end_block(as<ast::Block>(*slot));
      case ast::StmtKind::If: {
        auto& choice = as<ast::If>(*slot);
        if (auto condition = number_of(choice.condition))
          replace(slot, std::move(*condition ? choice.then_branch : choice.else_branch));
        return;
      }
      case ast::StmtKind::While:
        if (number_of(as<ast::While>(*slot).condition) == 0) replace(slot, nullptr);
        return;
      case ast::StmtKind::For: return for_loop(slot);
      default: return;
    }
  }

  bool changed() const { return changed_; }

 private:
  void replace(ast::ExprPtr& slot, ast::ExprPtr with) {
    slot = std::move(with);
    changed_ = true;
  }

  void replace(ast::StmtPtr& slot, ast::StmtPtr with) {
    if (!with) {
      with = std::make_unique<ast::NullStmt>();
      with->span = slot->span;
    }
    slot = std::move(with);
    changed_ = true;
  }

  void become(ast::ExprPtr& slot, std::optional<int64_t> value) {
    if (!value) return;
    auto number = std::make_unique<ast::Number>();
    number->span = slot->span;
    number->value = *value;
    replace(slot, std::move(number));
  }

  /// What is left of an operation with a literal that makes it needless; nothing if it does not.
  std::optional<ast::ExprPtr> with_one_literal(ast::Binary& node, std::optional<int64_t> left,
                                               std::optional<int64_t> right) const {
    if (right && is_shift(node.op) && *right <= 0) return std::move(node.left);
    if (!left && !right) return std::nullopt;
    bool absorbs = (node.op == Operator::Multiply || node.op == Operator::BitAnd) &&
                   (left ? *left : *right) == 0;
    if (absorbs && !use_.has_effect(left ? *node.right : *node.left))
      return std::move(left ? node.left : node.right);
    return std::nullopt;
  }

  void unary(ast::ExprPtr& slot) {
    auto& node = as<ast::Unary>(*slot);
    auto operand = number_of(node.operand);
    if (!operand) return;
    switch (node.op) {
      case Operator::Plus: return become(slot, operand);
      case Operator::Negate: return become(slot, compute(Operator::Subtract, 0, *operand));
      case Operator::Not: return become(slot, *operand == 0);
      case Operator::Complement: return become(slot, ~*operand);
      default: internal_error(std::string("Unary with '") + spelling(node.op) + "'");
    }
  }

  void comparison(ast::ExprPtr& slot) {
    auto& node = as<ast::Compare>(*slot);
    auto left = number_of(node.left), right = number_of(node.right);
    if (left && right) return become(slot, compare(node.op, *left, *right));
    const std::optional<std::string> a = string_of(node.left), b = string_of(node.right);
    if (a && b) become(slot, compare(node.op, *a, *b));
  }

  void logical(ast::ExprPtr& slot) {
    auto& node = as<ast::Logical>(*slot);
    if (string_of(node.left) || string_of(node.right)) return;  // for the type inference to report
    const bool decisive = ast::settling_truth(node.op);         // of the right operand, too
    auto left = number_of(node.left), right = number_of(node.right);
    if (left && (*left != 0) == decisive) return become(slot, decisive);
    if (left && right) return become(slot, *right != 0);
    if (right && (*right != 0) == decisive && !use_.has_effect(*node.left)) become(slot, decisive);
  }

  void for_loop(ast::StmtPtr& slot) {
    auto& loop = as<ast::For>(*slot);
    if (!loop.condition || number_of(loop.condition) != 0) return;
    ast::StmtPtr first;
    if (loop.init) {
      auto statement = std::make_unique<ast::ExprStmt>();
      statement->span = loop.init->span;
      statement->expr = std::move(loop.init);
      first = std::move(statement);
    }
    replace(slot, std::move(first));
  }

  static bool always_leaves(const ast::Stmt& stmt) {
    switch (stmt.kind) {
      case ast::StmtKind::Next:
      case ast::StmtKind::Return:
      case ast::StmtKind::Break:
      case ast::StmtKind::Continue: return true;
      case ast::StmtKind::Block: {
        auto& statements = as<const ast::Block>(stmt).statements;
        return !statements.empty() && always_leaves(*statements.back());
      }
      default: return false;
    }
  }

  void end_block(ast::Block& block) {
    for (size_t i = 0; i + 1 < block.statements.size(); i++) {
      if (!always_leaves(*block.statements[i])) continue;
      auto behind = block.statements.begin() + static_cast<std::ptrdiff_t>(i + 1);
      auto result = std::find_if(behind, block.statements.end(), [](const ast::StmtPtr& each) {
        return each->kind == ast::StmtKind::Return && as<ast::Return>(*each).value;
      });
      // Never reached, but it may be all that says which type the function has.
      bool keeps = result != block.statements.end();
      if (keeps) std::iter_swap(behind, result);
      size_t left = i + 1 + keeps;
      if (left == block.statements.size()) return;
      block.statements.resize(left);
      changed_ = true;
      return;
    }
  }

  const ProgramUse& use_;
  bool changed_ = false;
};

}  // namespace

bool fold_constants(ast::StmtPtr& body, const ProgramUse& use) {
  Folder folder(use);
  folder.stmt(body);
  return folder.changed();
}

bool fold_constants(ast::ExprPtr& expr, const ProgramUse& use) {
  Folder folder(use);
  folder.expr(expr);
  return folder.changed();
}

}  // namespace coretap
