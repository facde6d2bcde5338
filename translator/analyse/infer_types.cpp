// Type inference: long, string or statistic for every name, by repeated walks until nothing
// changes. Types flow both ways: from an operand to the variable it is assigned to, and from
// the place where a variable is used to the variable. The first place that fixes a type is
// remembered, so that a clash can show both ends.
#include <algorithm>
#include <set>
#include <utility>

#include "analyse/probed_variables.h"
#include "analyse/program.h"
#include "ast/visitor.h"
#include "support/elsewhere.h"

namespace coretap {

namespace {

using ast::Type;

bool known(Type type) { return type != Type::Unknown; }

std::string words(Type type) {
  switch (type) {
    case Type::Long: return "a number (long)";
    case Type::String: return "a string";
    case Type::Stat: return "a statistic";
    case Type::Void: return "nothing (no value)";
    case Type::Unknown: break;
  }
  return "of unknown type";
}

class Inference {
 public:
  explicit Inference(Program& program) : program_(program) {}

  void run() {
    do {
      changed_ = false;
      pass();
    } while (changed_);
    settle_functions();
    reporting_ = true;
    pass();
  }

 private:
  void pass() {
    for (ast::VarDecl* global : program_.globals) {
      if (global->init) unify(*global, visit(*global->init, global->type), global->init->span);
    }
    for (ElaboratedProbe& probe : program_.probes) {
      function_ = nullptr;
      for (auto& condition : probe.conditions) expect(*condition, Type::Long);
      visit(*probe.body);
      if (reporting_) report_untyped(probe.locals, &probe);
    }
    for (ast::FunctionDecl* function : program_.functions) {
      function_ = function;
      if (function->body) visit(*function->body);
      if (reporting_) report_untyped(function->locals);
      if (reporting_) report_untyped(function->parameters);
    }
    if (reporting_) report_untyped(program_.globals);
  }

  /// A function that no `return value` gave a type returns nothing.
  void settle_functions() {
    for (ast::FunctionDecl* function : program_.functions)
      if (!known(function->return_type)) function->return_type = Type::Void;
  }

  void report_local_statistic(const ast::VarDecl& variable) {
    if (!reported_.insert(&variable).second) return;
    program_.diagnostics
        .semantic_error("stat-not-global", variable.span, "a statistic must be a global variable")
        .hint("add 'global " + variable.name + "'");
  }

  /// `probe`: whose locals these are, or null.
  template <typename Pointers>
  void report_untyped(const Pointers& variables, const ElaboratedProbe* probe = nullptr) {
    for (const auto& variable : variables) {
      if (variable->type == Type::Stat && variable->storage != ast::VarDecl::Global)
        report_local_statistic(*variable);
      if (known(variable->type) || variable->arity > 0 || variable->is_refused ||
          !reported_.insert(&*variable).second)
        continue;
      Diagnostic& error = program_.diagnostics.semantic_error(
          "unresolved-type", variable->span,
          "variable '" + variable->name + "' is never given a value, so its type is not known");
      if (probe && has_variable(*probe, variable->name))
        error.hint(did_you_mean(variable->name));
      else if (std::string hint = bpftrace_hint(BpftraceWord::Variable, variable->name);
               !hint.empty())
        error.hint(hint);
      else
        error.hint("assign to it before it is used, or check the spelling of the name");
      if (variable->storage == ast::VarDecl::Global)
        error.hint("-G gives it a value and no type: for a number write 'global " + variable->name +
                   " = 0', for a string '= \"\"'");
    }
  }

  /// The message, for more hints; null in the rounds that report nothing.
  Diagnostic* clash(const Span& here, const std::string& what, Type wanted, Type actual,
                    const Span& first) {
    if (!reporting_) return nullptr;
    auto& diagnostic = program_.diagnostics.semantic_error(
        "type-mismatch", here,
        "type mismatch: " + what + " must be " + words(wanted) + " here, but is " + words(actual));
    if (first && (first.begin != here.begin || first.file != here.file))
      diagnostic.see(first, "its type was settled here");
    return &diagnostic;
  }

  Type unify(ast::VarDecl& decl, Type type, const Span& at) {
    if (!known(type)) return decl.type;
    if (!known(decl.type)) {
      decl.type = type;
      decl.typed_at = at;
      changed_ = true;
    } else if (decl.type != type) {
      if (!reporting_ || clashed_.insert(&decl).second)
        clash(at, "'" + decl.name + "'", type, decl.type,
              decl.typed_at ? decl.typed_at : decl.span);
      return type;  // reported: go on as if it fitted
    }
    return decl.type;
  }

  /// Where the type of the variable behind `expr` was settled, if it is one.
  Span settled_at(ast::Expr& expr) {
    const ast::VarDecl* decl = array_of(expr);
    return decl ? decl->typed_at : Span{};
  }

  /// Infers `expr`, which should be of type `want`; `because` is the place that asks for it.
  Type expect(ast::Expr& expr, Type want, const Span& because = {}) {
    Type type = visit(expr, want);
    if (known(want) && known(type) && type != want) {
      Diagnostic* error = clash(expr.span, "this expression", want, type, because);
      if (error && want == Type::String && expr.kind == ast::ExprKind::Target)
        hint_text(*error, expr);
      return want;  // one message is enough: go on as if it fitted
    }
    return type;
  }

  /// A target variable that should be a string is as a rule a pointer to one, or a structure whose
  /// member is meant.
  void hint_text(Diagnostic& error, const ast::Expr& expr) {
    const std::string& name = static_cast<const ast::Target&>(expr).name;
    if (member_of_ == &expr)
      error.hint("'.' joins strings; a member is written " + name + "->" + member_);
    else
      error.hint("the text that it points to is user_string(" + name +
                 "), in the kernel's memory kernel_string(" + name + ")");
  }

  void infer_concat(ast::Concat& join) {
    if (join.left->kind == ast::ExprKind::Target && join.right->kind == ast::ExprKind::Symbol) {
      member_of_ = join.left.get();
      member_ = static_cast<const ast::Symbol&>(*join.right).name;
    }
    expect(*join.left, Type::String);
    expect(*join.right, Type::String);
  }

  Type visit(ast::Expr& expr, Type want) {
    Type type = infer(expr, want);
    if (known(type) && expr.type != type) {
      expr.type = type;
      changed_ = true;
    }
    if (type == Type::Stat && want == Type::Unknown && expr.kind != ast::ExprKind::Hist)
      refuse_statistic(expr);
    return type;
  }

  /// Nothing asks for a statistic where a value is wanted: it has none of its own.
  void refuse_statistic(ast::Expr& expr) {
    if (!reporting_ || std::exchange(takes_statistic_, false)) return;
    const ast::VarDecl* variable = array_of(expr);
    if (!variable) return;  // an assignment of one: its sides are looked at
    if (variable->storage != ast::VarDecl::Global) return;  // see report_local_statistic
    program_.diagnostics.semantic_error("statistic-value", expr.span, "a statistic is not a value")
        .hint("take @count, @sum, @min, @max, @avg or a histogram of it");
  }

  /// Both sides of `=`, `==` and `?:` have one type, whichever is known first.
  Type same(ast::Expr& left, ast::Expr& right, Type want) {
    Type type = visit(left, want);
    Type other = expect(right, known(type) ? type : want, settled_at(left));
    if (!known(type) && known(other)) type = expect(left, other);
    return known(type) ? type : other;
  }

  void keys(ast::VarDecl& decl, std::vector<ast::ExprPtr>& indexes) {
    for (size_t i = 0; i < indexes.size(); i++) {
      if (!indexes[i]) continue;
      Type none = Type::Unknown;
      Type& key = i < decl.key_types.size() ? decl.key_types[i] : none;
      Type type = expect(*indexes[i], key);
      if (!known(key) && known(type) && i < decl.key_types.size()) {
        key = type;
        changed_ = true;
      }
    }
  }

  void refuse_wildcards(const ast::Index& index) {
    bool any = std::any_of(index.indexes.begin(), index.indexes.end(), [](auto& i) { return !i; });
    if (!any || !reporting_) return;
    program_.diagnostics
        .semantic_error("wildcard-key", index.span, "'*' as a key is not one element of an array")
        .hint("it can be used with 'in', 'delete' and 'foreach'");
  }

  ast::VarDecl* array_of(ast::Expr& expr) {
    if (expr.kind == ast::ExprKind::Symbol) return static_cast<ast::Symbol&>(expr).decl;
    if (expr.kind == ast::ExprKind::Index) return array_of(*static_cast<ast::Index&>(expr).base);
    return nullptr;
  }

  Type infer(ast::Expr& expr, Type want) {
    switch (expr.kind) {
      case ast::ExprKind::Number: return Type::Long;
      case ast::ExprKind::String: return Type::String;
      case ast::ExprKind::Symbol: {
        ast::VarDecl* decl = static_cast<ast::Symbol&>(expr).decl;
        if (!decl) return Type::Unknown;
        return unify(*decl, want, expr.span);
      }
      case ast::ExprKind::Target:
        each_child_long(expr);
        return probes::is_string(static_cast<ast::Target&>(expr)) ? Type::String : Type::Long;
      case ast::ExprKind::Cast:
        each_child_long(expr);
        return ends_pretty(static_cast<ast::Cast&>(expr).components) ? Type::String : Type::Long;
      case ast::ExprKind::AtVar:
        each_child_long(expr);
        return ends_pretty(static_cast<ast::AtVar&>(expr).components) ? Type::String : Type::Long;
      case ast::ExprKind::Entry: return visit(*static_cast<ast::Entry&>(expr).operand, want);
      case ast::ExprKind::Defined:
        visit(*static_cast<ast::Defined&>(expr).operand, Type::Unknown);
        return Type::Long;
      case ast::ExprKind::AtOp: return infer_at_op(static_cast<ast::AtOp&>(expr));
      case ast::ExprKind::PerfOp:
        expect(*static_cast<ast::PerfOp&>(expr).operand, Type::String);
        return Type::Long;
      case ast::ExprKind::Index: {
        auto& index = static_cast<ast::Index&>(expr);
        if (index.base->kind == ast::ExprKind::Hist) {
          visit(*index.base, Type::Unknown);
          for (auto& i : index.indexes)
            if (i) expect(*i, Type::Long);
          return Type::Long;
        }
        ast::VarDecl* decl = array_of(expr);
        if (!decl) return Type::Unknown;
        if (!std::exchange(takes_wildcards_, false)) refuse_wildcards(index);
        keys(*decl, index.indexes);
        return unify(*decl, want, expr.span);
      }
      case ast::ExprKind::Call: return infer_call(static_cast<ast::Call&>(expr), want);
      case ast::ExprKind::Unary:
      case ast::ExprKind::Binary:
      case ast::ExprKind::Logical:
      case ast::ExprKind::PreIncDec:
      case ast::ExprKind::PostIncDec: each_child_long(expr); return Type::Long;
      case ast::ExprKind::Ternary: {
        auto& choice = static_cast<ast::Ternary&>(expr);
        expect(*choice.condition, Type::Long);
        return same(*choice.then_value, *choice.else_value, want);
      }
      case ast::ExprKind::Assign: return infer_assign(static_cast<ast::Assign&>(expr), want);
      case ast::ExprKind::Concat:
        infer_concat(static_cast<ast::Concat&>(expr));
        return Type::String;
      case ast::ExprKind::Compare:
        same(*static_cast<ast::Compare&>(expr).left, *static_cast<ast::Compare&>(expr).right,
             Type::Unknown);
        return Type::Long;
      case ast::ExprKind::Regex:
        expect(*static_cast<ast::Regex&>(expr).left, Type::String);
        if (checked_patterns_.insert(&expr).second)
          check_pattern(static_cast<ast::Regex&>(expr), program_.diagnostics);
        return Type::Long;
      case ast::ExprKind::ArrayIn: {
        auto& array = *static_cast<ast::ArrayIn&>(expr).array;
        if (ast::VarDecl* decl = array_of(array)) keys(*decl, array.indexes);
        return Type::Long;
      }
      case ast::ExprKind::HistIn:
        expect(*static_cast<ast::HistIn&>(expr).index, Type::Long);
        visit(*static_cast<ast::HistIn&>(expr).hist, Type::Unknown);
        return Type::Long;
      case ast::ExprKind::Stat:
        expect(*static_cast<ast::Stat&>(expr).operand, Type::Stat);
        return Type::Long;
      case ast::ExprKind::Hist:
        expect(*static_cast<ast::Hist&>(expr).operand, Type::Stat);
        return Type::Stat;
      case ast::ExprKind::Print: return infer_print(static_cast<ast::Print&>(expr));
      case ast::ExprKind::Embedded:
        for (auto& argument : static_cast<ast::EmbeddedExpr&>(expr).arguments)
          visit(*argument, Type::Unknown);
        return static_cast<ast::EmbeddedExpr&>(expr).c.gives_string ? Type::String : Type::Long;
    }
    return Type::Unknown;
  }

  static bool ends_pretty(const std::vector<ast::Component>& components) {
    return !components.empty() && components.back().kind == ast::Component::Pretty;
  }

  void each_child_long(ast::Expr& expr) {
    ast::for_each_child(expr, [this](ast::ExprPtr& child) { expect(*child, Type::Long); });
  }

  Type infer_at_op(ast::AtOp& op) {
    for (auto& arg : op.args) visit(*arg, Type::Unknown);
    return op.op == ast::AtOperator::EnumName ? Type::String : Type::Long;
  }

  Type infer_call(ast::Call& call, Type want) {
    Type result = Type::Unknown;
    for (ast::FunctionDecl* callee : call.callees) {
      for (size_t i = 0; i < call.args.size() && i < callee->parameters.size(); i++) {
        ast::VarDecl& parameter = *callee->parameters[i];
        Type type = expect(*call.args[i], parameter.type);
        unify(parameter, type, call.args[i]->span);
      }
      if (known(result) && known(callee->return_type) && callee->return_type != result) {
        clash(call.span, "function '" + call.function + "'", result, callee->return_type,
              callee->span);
        continue;
      }
      if (known(callee->return_type)) result = callee->return_type;
      // Nothing but its use says what C without a declared type results in.
      if (!known(result) && known(want)) {
        callee->return_type = want;
        callee->typed_at = call.span;
        changed_ = true;
        result = want;
      }
    }
    for (ast::FunctionDecl* callee : call.callees) {
      // An overload that only hands the call on gives what the others give.
      if (known(callee->return_type) || !known(result)) continue;
      callee->return_type = result;
      callee->typed_at = call.span;
      changed_ = true;
    }
    return result;
  }

  Type infer_assign(ast::Assign& assign, Type want) {
    if (assign.op == ast::Operator::Assign) return same(*assign.left, *assign.right, want);
    if (assign.op == ast::Operator::Append) {
      expect(*assign.left, Type::String);
      expect(*assign.right, Type::String);
      return Type::String;
    }
    expect(*assign.right, Type::Long);
    expect(*assign.left, assign.op == ast::Operator::Aggregate ? Type::Stat : Type::Long);
    return Type::Long;
  }

  Type infer_print(ast::Print& print) {
    if (!print.with_format) {
      for (auto& arg : print.args) visit(*arg, print.is_char ? Type::Long : Type::Unknown);
      return print.to_string ? Type::String : Type::Void;
    }
    size_t next = 0;
    auto take = [&](Type type) {
      if (next < print.args.size()) expect(*print.args[next++], type);
    };
    for (const FormatPiece& piece : print.pieces) {
      if (piece.kind == FormatPiece::Literal) continue;
      if (piece.width_kind == FormatPiece::Dynamic) take(Type::Long);
      if (piece.precision_kind == FormatPiece::Dynamic) take(Type::Long);
      take(piece.conversion == 's' ? Type::String : Type::Long);
    }
    return print.to_string ? Type::String : Type::Void;
  }

  void visit(ast::Stmt& stmt) {
    switch (stmt.kind) {
      case ast::StmtKind::Expr:
        visit(*static_cast<ast::ExprStmt&>(stmt).expr, Type::Unknown);
        return;
      case ast::StmtKind::Foreach: return visit_foreach(static_cast<ast::Foreach&>(stmt));
      case ast::StmtKind::Return: {
        auto& ret = static_cast<ast::Return&>(stmt);
        if (!function_) return;
        if (!ret.value) return refuse_empty_return(ret);
        Type type = expect(*ret.value, function_->return_type);
        if (!known(function_->return_type) && known(type)) {
          function_->return_type = type;
          function_->typed_at = ret.span;
          changed_ = true;
        }
        return;
      }
      case ast::StmtKind::Delete: {
        ast::Expr& target = *static_cast<ast::Delete&>(stmt).target;
        takes_wildcards_ = takes_statistic_ = target.kind == ast::ExprKind::Index;
        if (takes_wildcards_) visit(target, Type::Unknown);
        return;
      }
      case ast::StmtKind::Embedded:
        for (auto& argument : static_cast<ast::EmbeddedStmt&>(stmt).arguments)
          visit(*argument, Type::Unknown);
        return;
      default: break;
    }
    bool is_try = stmt.kind == ast::StmtKind::Try;
    ast::for_each_child(
        stmt,
        [&](ast::ExprPtr& e) {
          // For's init and step are run for their effect; all other conditions are numbers.
          bool effect =
              stmt.kind == ast::StmtKind::For && e != static_cast<ast::For&>(stmt).condition;
          expect(*e, is_try ? Type::String : effect ? Type::Unknown : Type::Long);
        },
        [this](ast::StmtPtr& s) { visit(*s); });
  }

  void refuse_empty_return(const ast::Return& statement) {
    Type type = function_->return_type;
    if (!reporting_ || !known(type) || type == Type::Void) return;
    program_.diagnostics.semantic_error(
        "type-mismatch", statement.span,
        "type mismatch: this return gives no value, but function '" + function_->name +
            "' returns " + words(type));
  }

  void check_histogram_loop(const ast::Foreach& loop) {
    if (!reporting_ || loop.base->kind != ast::ExprKind::Hist) return;
    if (loop.keys.size() > 1)
      program_.diagnostics.semantic_error(
          "arity-mismatch", loop.keys[1]->span,
          "a histogram has one key, the number of the bucket, not " +
              std::to_string(loop.keys.size()));
    if (loop.sort_direction != 0)
      program_.diagnostics
          .warning("histogram-sort", loop.base->span,
                   "a histogram is gone through in the order of its buckets: '+' and '-' have no "
                   "effect, as in stap")
          .hint("to sort them, put the counts into an array first");
  }

  /// An element that is a statistic has no value that a variable could hold.
  void refuse_loop_value(const ast::Foreach& loop) {
    if (!reporting_) return;
    const std::string& array = static_cast<const ast::Symbol&>(*loop.base).name;
    program_.diagnostics
        .semantic_error("statistic-value", loop.value->span,
                        "the elements of '" + array + "' are statistics, which are not values")
        .hint("leave '" + loop.value->name + " =' out, and take @sum(" + array +
              "[…]) and the like in the loop");
    reported_.insert(loop.value->decl);
  }

  void visit_foreach(ast::Foreach& loop) {
    ast::VarDecl* array = loop.base->kind == ast::ExprKind::Hist ? nullptr : array_of(*loop.base);
    if (!array) {
      check_histogram_loop(loop);
      visit(*loop.base, Type::Unknown);
      for (auto& key : loop.keys) expect(*key, Type::Long);
      if (loop.value) expect(*loop.value, Type::Long);
    } else {
      for (size_t i = 0; i < loop.keys.size() && i < array->key_types.size(); i++) {
        Type type = expect(*loop.keys[i], array->key_types[i]);
        if (!known(array->key_types[i]) && known(type)) {
          array->key_types[i] = type;
          changed_ = true;
        }
      }
      for (size_t i = 0; i < loop.slice.size() && i < array->key_types.size(); i++)
        if (loop.slice[i]) expect(*loop.slice[i], array->key_types[i]);
      if (loop.value) {
        if (array->type == Type::Stat) {
          refuse_loop_value(loop);
        } else {
          Type type = expect(*loop.value, array->type);
          unify(*array, type, loop.base->span);
        }
      }
      if (loop.sort_stat) unify(*array, Type::Stat, loop.base->span);
    }
    if (loop.limit) expect(*loop.limit, Type::Long);
    visit(*loop.body);
  }

  Program& program_;
  ast::FunctionDecl* function_ = nullptr;
  bool changed_ = false;
  bool reporting_ = false;
  bool takes_wildcards_ = false, takes_statistic_ = false;  ///< `delete` visits what it deletes
  std::set<const ast::VarDecl*> reported_, clashed_;
  std::set<const ast::Expr*> checked_patterns_;
  const ast::Expr* member_of_ = nullptr;  ///< `$n` of the last `$n.key`, where `.` should be `->`
  std::string member_;                    ///< its `key`
};

}  // namespace

void infer_types(Program& program) { Inference(program).run(); }

}  // namespace coretap
