// $value of a procfs probe is a text of any length, which no variable of a script can hold: it stays in the session, and what
// the script does with it are calls of functions in tapsets/procfs.stp.
#include "analyse/file_value.h"

#include "ast/operators.h"
#include "ast/visitor.h"

namespace coretap {

namespace {

const ast::Target* file_value(const ast::Expr& expr) {
  if (expr.kind != ast::ExprKind::Target) return nullptr;
  const auto& target = static_cast<const ast::Target&>(expr);
  return target.name == "$value" ? &target : nullptr;
}

class ValueCalls {
 public:
  ValueCalls(bool is_read, Diagnostics& diagnostics)
      : is_read_(is_read), diagnostics_(diagnostics) {}

  void stmt(ast::StmtPtr& slot) {
    ast::for_each_child(
        *slot, [this](ast::ExprPtr& e) { expr(e); }, [this](ast::StmtPtr& s) { stmt(s); });
  }

 private:
  void expr(ast::ExprPtr& slot) {
    if (slot->kind == ast::ExprKind::Defined) {
      const auto& question = static_cast<const ast::Defined&>(*slot);
      if (const ast::Target* value = file_value(*question.operand)) {
        auto answer = std::make_unique<ast::Number>();
        answer->span = question.span;
        answer->value = is_plain(*value);
        slot = std::move(answer);
      }
      return;
    }
    if (slot->kind == ast::ExprKind::Assign) {
      auto& assign = static_cast<ast::Assign&>(*slot);
      if (const ast::Target* value = file_value(*assign.left)) return change(slot, assign, *value);
    }
    if (slot->kind == ast::ExprKind::PreIncDec || slot->kind == ast::ExprKind::PostIncDec) {
      const ast::Expr& operand = *static_cast<ast::IncDec&>(*slot).operand;
      if (file_value(operand)) return refuse_operator(operand.span);
    }
    if (const ast::Target* value = file_value(*slot)) return read(slot, *value);
    ast::for_each_child(*slot, [this](ast::ExprPtr& child) { expr(child); });
  }

  static bool is_plain(const ast::Target& value) {
    return value.components.empty() && !value.address_of;
  }

  /// A text has neither members nor an address.
  bool is_text(const ast::Target& value) {
    if (is_plain(value)) return true;
    diagnostics_.semantic_error(
        "procfs-value", value.span,
        "procfs variable '$value' is a text: it has no members and no address");
    return false;
  }

  void refuse_operator(const Span& at) {
    diagnostics_.semantic_error("procfs-value", at,
                                "only '=' and '.=' can change procfs variable '$value'");
  }

  void change(ast::ExprPtr& slot, ast::Assign& assign, const ast::Target& value) {
    if (!is_text(value)) return;
    if (!is_read_) {
      diagnostics_.semantic_error(
          "procfs-value", value.span,
          "procfs variable '$value' is what was written: a write probe reads it only");
      return;
    }
    if (assign.op != ast::Operator::Assign && assign.op != ast::Operator::Append)
      return refuse_operator(value.span);
    expr(assign.right);
    std::vector<ast::ExprPtr> args;
    args.push_back(std::move(assign.right));
    call(slot, assign.op == ast::Operator::Assign ? "__file_value_set" : "__file_value_append",
         std::move(args));
  }

  void read(ast::ExprPtr& slot, const ast::Target& value) {
    if (!is_text(value)) return;
    if (is_read_) {
      diagnostics_
          .semantic_error(
              "procfs-value", value.span,
              "procfs variable '$value' is what a reader gets: a read probe cannot read it")
          .hint("keep the text in a variable of the script");
      return;
    }
    call(slot, "__file_value", {});
  }

  static void call(ast::ExprPtr& slot, const char* function, std::vector<ast::ExprPtr> args) {
    auto made = std::make_unique<ast::Call>();
    made->span = slot->span;
    made->function = function;
    made->args = std::move(args);
    slot = std::move(made);
  }

  const bool is_read_;  ///< the probe is a .read
  Diagnostics& diagnostics_;
};

}  // namespace

void make_file_value_calls(ast::StmtPtr& body, ir::UserEvent event, Diagnostics& diagnostics) {
  ValueCalls(event == ir::UserEvent::FileRead, diagnostics).stmt(body);
}

}  // namespace coretap
