// One generic form, "(Kind field field child child)". The names of variants come from one table
// per enum; children come from the node's own fields, in the order of ast.h.
#include "ast/dump.h"

#include "ast/text.h"

namespace coretap::ast {

namespace {

/// Writes "(head a b c)"; strings are quoted, null children are "_".
class Dumper {
 public:
  std::string take() { return std::move(out_); }

  template <typename... Fields>
  void node(std::string_view head, const Fields&... fields) {
    out_ += '(';
    out_ += head;
    ((out_ += ' ', put(fields)), ...);
    out_ += ')';
  }

  void put(const Expr& expr);
  void put(const Stmt& stmt);
  void put(const File& file);
  void put(const VarDecl& variable) {
    node("var", variable.name, type_name(variable.type), variable.is_private, variable.wrap,
         variable.max_size, variable.declared_array, variable.init);
  }
  void put(const FunctionDecl& function) {
    node("function", function.name, type_name(function.return_type), function.is_private,
         function.priority, function.parameters, function.c.has_value(),
         function.c ? function.c->text : "", function.body);
  }
  void put(const ProbeDecl& probe) {
    node("probe", probe.is_private, probe.epilogue, probe.alias_names, probe.points, probe.body,
         probe.epilogue_body);
  }
  void put(const ProbePoint& point) {
    node("point", point.components, point.optional, point.sufficient, point.condition);
  }
  void put(const ProbeComponent& component) {
    node("component", component.functor, component.string_arg, component.number_arg);
  }
  void put(const EmbeddedCode& code) { node("embedded", code.c.text); }
  void put(const Component& component) {
    node("step", static_cast<int>(component.kind), component.name, component.number,
         component.index);
  }
  void put(const FormatPiece& piece) {
    node("piece", static_cast<int>(piece.kind), piece.text, static_cast<int>(piece.conversion),
         piece.flag_minus, piece.flag_plus, piece.flag_space, piece.flag_zero, piece.flag_hash,
         static_cast<int>(piece.width_kind), piece.width, static_cast<int>(piece.precision_kind),
         piece.precision);
  }

  void put(const std::string& text) { out_ += quote(text); }
  void put(Operator op) { put(std::string(spelling(op))); }
  void put(AtOperator op) { put(std::string(info(op).spelling)); }
  void put(const char* word) { out_ += word; }
  void put(bool flag) { out_ += flag ? '1' : '0'; }
  void put(int number) { out_ += std::to_string(number); }
  void put(unsigned number) { out_ += std::to_string(number); }
  void put(int64_t number) { out_ += std::to_string(number); }
  template <typename T>
  void put(const std::optional<T>& value) {
    value ? put(*value) : put("_");
  }
  void put(const std::optional<StatFn>& fn) { put(fn ? stat_fn_name(*fn) : "_"); }
  template <typename T>
  void put(const std::unique_ptr<T>& node) {
    node ? put(*node) : put("_");
  }
  template <typename T>
  void put(const std::vector<T>& list) {
    out_ += '[';
    for (const T& each : list) {
      put(each);
      out_ += ' ';
    }
    out_ += ']';
  }

 private:
  std::string out_;
};

template <typename Node, typename Base>
const Node& as(const Base& node) {
  return static_cast<const Node&>(node);
}

void Dumper::put(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::Number: return node("number", as<Number>(expr).value);
    case ExprKind::String: return node("string", as<String>(expr).value);
    case ExprKind::Symbol: return node("symbol", as<Symbol>(expr).name);
    case ExprKind::Target: {
      auto& e = as<Target>(expr);
      return node("target", e.name, e.address_of, e.components);
    }
    case ExprKind::Cast: {
      auto& e = as<Cast>(expr);
      return node("cast", e.operand, e.type_name, e.module, e.address_of, e.components);
    }
    case ExprKind::AtVar: {
      auto& e = as<AtVar>(expr);
      return node("@var", e.target, e.module, e.address_of, e.components);
    }
    case ExprKind::Entry: return node("@entry", as<Entry>(expr).operand);
    case ExprKind::Defined: return node("@defined", as<Defined>(expr).operand);
    case ExprKind::AtOp: return node("@op", as<AtOp>(expr).op, as<AtOp>(expr).args);
    case ExprKind::PerfOp: return node("@perf", as<PerfOp>(expr).operand);
    case ExprKind::Index: return node("index", as<Index>(expr).base, as<Index>(expr).indexes);
    case ExprKind::Call: return node("call", as<Call>(expr).function, as<Call>(expr).args);
    case ExprKind::Unary: return node("unary", as<Unary>(expr).op, as<Unary>(expr).operand);
    case ExprKind::PreIncDec: return node("pre", as<IncDec>(expr).op, as<IncDec>(expr).operand);
    case ExprKind::PostIncDec: return node("post", as<IncDec>(expr).op, as<IncDec>(expr).operand);
    case ExprKind::Binary: {
      auto& e = as<Binary>(expr);
      return node("binary", e.op, e.left, e.right);
    }
    case ExprKind::Logical: {
      auto& e = as<Logical>(expr);
      return node("logical", e.op, e.left, e.right);
    }
    case ExprKind::Ternary: {
      auto& e = as<Ternary>(expr);
      return node("ternary", e.condition, e.then_value, e.else_value);
    }
    case ExprKind::Assign: {
      auto& e = as<Assign>(expr);
      return node("assign", e.op, e.left, e.right);
    }
    case ExprKind::Concat: return node("concat", as<Concat>(expr).left, as<Concat>(expr).right);
    case ExprKind::Compare: {
      auto& e = as<Compare>(expr);
      return node("compare", e.op, e.left, e.right);
    }
    case ExprKind::Regex: {
      auto& e = as<Regex>(expr);
      return node("regex", e.negated, e.left, e.pattern);
    }
    case ExprKind::ArrayIn: return node("in", as<ArrayIn>(expr).array);
    case ExprKind::HistIn:
      return node("in-histogram", as<HistIn>(expr).index, as<HistIn>(expr).hist);
    case ExprKind::Stat: {
      auto& e = as<Stat>(expr);
      return node("statistic", stat_fn_name(e.fn), e.operand, e.shift);
    }
    case ExprKind::Hist: {
      auto& e = as<Hist>(expr);
      return node("histogram", e.linear, e.operand, e.low, e.high, e.step);
    }
    case ExprKind::Print: {
      auto& e = as<Print>(expr);
      return node(e.name, e.to_string, e.with_format, e.with_delimiter, e.with_newline, e.is_char,
                  e.format, e.pieces, e.delimiter, e.args);
    }
    case ExprKind::Embedded: return node("embedded", as<EmbeddedExpr>(expr).c.text);
  }
}

void Dumper::put(const Stmt& stmt) {
  switch (stmt.kind) {
    case StmtKind::Null: return node("null");
    case StmtKind::Block: return node("block", as<Block>(stmt).statements);
    case StmtKind::Expr: return node("do", as<ExprStmt>(stmt).expr);
    case StmtKind::If: {
      auto& s = as<If>(stmt);
      return node("if", s.condition, s.then_branch, s.else_branch);
    }
    case StmtKind::While: return node("while", as<While>(stmt).condition, as<While>(stmt).body);
    case StmtKind::For: {
      auto& s = as<For>(stmt);
      return node("for", s.init, s.condition, s.step, s.body);
    }
    case StmtKind::Foreach: {
      auto& s = as<Foreach>(stmt);
      return node("foreach", s.keys, s.value, s.base, s.slice, s.sort_direction, s.sort_column,
                  s.sort_stat, s.limit, s.body);
    }
    case StmtKind::Return: return node("return", as<Return>(stmt).value);
    case StmtKind::Break: return node("break");
    case StmtKind::Continue: return node("continue");
    case StmtKind::Next: return node("next");
    case StmtKind::Delete: return node("delete", as<Delete>(stmt).target);
    case StmtKind::Try: {
      auto& s = as<Try>(stmt);
      return node("try", s.body, s.message, s.handler);
    }
    case StmtKind::Embedded: return node("embedded", as<EmbeddedStmt>(stmt).c.text);
  }
}

void Dumper::put(const File& file) {
  node("file", file.globals, file.functions, file.aliases, file.probes, file.embedded);
}

template <typename Node>
std::string dump_node(const Node& node) {
  Dumper dumper;
  dumper.put(node);
  return dumper.take();
}

}  // namespace

std::string dump(const File& file) { return dump_node(file); }
std::string dump(const Expr& expr) { return dump_node(expr); }
std::string dump(const Stmt& stmt) { return dump_node(stmt); }

bool equal(const File& left, const File& right) { return dump(left) == dump(right); }
bool equal(const Expr& left, const Expr& right) { return dump(left) == dump(right); }
bool equal(const Stmt& left, const Stmt& right) { return dump(left) == dump(right); }

}  // namespace coretap::ast
