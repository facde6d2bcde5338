// The abstract syntax tree of a .stp file: what the user wrote, macros and %( %) already
// resolved. Plain structs behind a kind tag; passes walk them with ast/visitor.h. The few fields
// below a "filled by" comment are annotations that later passes set; the parser leaves them empty.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ast/operators.h"
#include "support/embedded_c.h"
#include "support/format_piece.h"
#include "support/source.h"
#include "support/stat_fn.h"

namespace coretap::ast {

/// The language's types (langref §"Types"). Unknown until inference; a function that returns
/// nothing stays Void.
enum class Type : uint8_t { Unknown, Void, Long, String, Stat };

const char* type_name(Type type);  ///< "unknown", "long", "string", "stats": stap's spelling

// ------------------------------------------------------------------ expressions

enum class ExprKind : uint8_t {
  Number,
  String,
  Symbol,
  Target,
  Cast,
  AtVar,
  Entry,
  Defined,
  AtOp,
  PerfOp,
  Index,
  Call,
  Unary,
  PreIncDec,
  PostIncDec,
  Binary,
  Logical,
  Ternary,
  Assign,
  Concat,
  Compare,
  Regex,
  ArrayIn,
  Stat,
  Hist,
  HistIn,
  Print,
  Embedded,
};

struct Expr {
  ExprKind kind;
  Span span;
  Type type = Type::Unknown;  ///< filled by infer_types
  virtual ~Expr() = default;

 protected:
  explicit Expr(ExprKind k) : kind(k) {}
};
using ExprPtr = std::unique_ptr<Expr>;

struct VarDecl;
struct FunctionDecl;

/// 64-bit literal, already wrapped; the text form is not kept.
struct Number : Expr {
  Number() : Expr(ExprKind::Number) {}
  int64_t value = 0;
};

/// String literal, escapes resolved and adjacent literals joined.
struct String : Expr {
  String() : Expr(ExprKind::String) {}
  std::string value;  ///< as written, escapes resolved
  /// What it is as a value: a NUL ends the language's strings, as C's.
  std::string text() const { return value.c_str(); }
};

/// A bare name: local, parameter, global, or the name of an array or statistic.
struct Symbol : Expr {
  Symbol() : Expr(ExprKind::Symbol) {}
  std::string name;
  VarDecl* decl = nullptr;  ///< filled by resolve_symbols
};

/// One step behind a target variable: `->name`, `[index]`, or the pretty-print suffix `$`/`$$`.
struct Component {
  enum Kind : uint8_t { Member, LiteralIndex, ExprIndex, Pretty } kind = Member;
  Span span;
  std::string name;    ///< Member
  int64_t number = 0;  ///< LiteralIndex; Pretty: 1 or 2
  ExprPtr index;       ///< ExprIndex
};

/// `$name…`, `&$name…`, `$$vars`, `$return`, `$1`-like context names that survive substitution.
/// `name` includes the leading `$` or `$$`.
struct Target : Expr {
  Target() : Expr(ExprKind::Target) {}
  std::string name;
  bool address_of = false;
  std::vector<Component> components;
};

/// `@cast(operand, "type" [, "module"])->…`
struct Cast : Expr {
  Cast() : Expr(ExprKind::Cast) {}
  ExprPtr operand;
  std::string type_name;
  std::string module;
  bool address_of = false;
  std::vector<Component> components;
};

/// `@var("name[@cu]" [, "module"])->…`
struct AtVar : Expr {
  AtVar() : Expr(ExprKind::AtVar) {}
  std::string target;
  std::string module;
  bool address_of = false;
  std::vector<Component> components;
};

/// `@entry(expr)`: the value at entry of the function, in a .return probe.
struct Entry : Expr {
  Entry() : Expr(ExprKind::Entry) {}
  ExprPtr operand;
};

/// `@defined(expr)`
struct Defined : Expr {
  Defined() : Expr(ExprKind::Defined) {}
  ExprPtr operand;
};

/// The other @operators with parenthesised arguments that are operators of the language and not
/// macros: @const("X"), @enum("X"), @probewrite(x), ….
struct AtOp : Expr {
  AtOp() : Expr(ExprKind::AtOp) {}
  AtOperator op = AtOperator::Const;
  std::vector<ExprPtr> args;
};

/// `@perf("counter")`
struct PerfOp : Expr {
  PerfOp() : Expr(ExprKind::PerfOp) {}
  ExprPtr operand;
};

/// `a[i, j]`; a null index is the `*` of a slice. `base` is a Symbol or a Hist.
struct Index : Expr {
  Index() : Expr(ExprKind::Index) {}
  ExprPtr base;
  std::vector<ExprPtr> indexes;
};

struct Call : Expr {
  Call() : Expr(ExprKind::Call) {}
  std::string function;
  std::vector<ExprPtr> args;
  std::vector<FunctionDecl*> callees;  ///< filled by resolve_symbols: overloads, in order
};

/// `- + ! ~`
struct Unary : Expr {
  Unary() : Expr(ExprKind::Unary) {}
  Operator op = Operator::None;
  ExprPtr operand;
};

/// `++x --x` (PreIncDec) and `x++ x--` (PostIncDec); `op` is Increment or Decrement.
struct IncDec : Expr {
  explicit IncDec(ExprKind k) : Expr(k) {}
  Operator op = Operator::None;
  ExprPtr operand;
};

/// Integer arithmetic and bit operations: `* / % + - << >> >>> & ^ |`.
struct Binary : Expr {
  Binary() : Expr(ExprKind::Binary) {}
  Operator op = Operator::None;
  Span op_span;  ///< of the operator alone, which run-time errors name
  ExprPtr left, right;
};

/// `&& ||`, short-circuit.
struct Logical : Expr {
  Logical() : Expr(ExprKind::Logical) {}
  Operator op = Operator::None;
  ExprPtr left, right;
};

struct Ternary : Expr {
  Ternary() : Expr(ExprKind::Ternary) {}
  ExprPtr condition, then_value, else_value;
};

/// `= += -= *= /= %= <<= >>= >>>= &= ^= |= .= <<<`
struct Assign : Expr {
  Assign() : Expr(ExprKind::Assign) {}
  Operator op = Operator::None;
  Span op_span;  ///< as Binary's
  ExprPtr left, right;
};

/// `a . b`
struct Concat : Expr {
  Concat() : Expr(ExprKind::Concat) {}
  ExprPtr left, right;
};

/// `== != < > <= >=`, of longs or of strings.
struct Compare : Expr {
  Compare() : Expr(ExprKind::Compare) {}
  Operator op = Operator::None;
  ExprPtr left, right;
};

/// `=~` and `!~`; `pattern` is the literal's value, `pattern_span` the literal.
struct Regex : Expr {
  Regex() : Expr(ExprKind::Regex) {}
  bool negated = false;
  ExprPtr left;
  std::string pattern;
  Span pattern_span;
};

/// `[i, j] in a` or `i in a`; `array` holds the base and the indexes (null index = `*`).
struct ArrayIn : Expr {
  ArrayIn() : Expr(ExprKind::ArrayIn) {}
  std::unique_ptr<Index> array;
};

/// `i in @hist_log(x)`
struct HistIn : Expr {
  HistIn() : Expr(ExprKind::HistIn) {}
  ExprPtr index;
  std::unique_ptr<struct Hist> hist;
};

/// `@count(x)` … `@variance(x, shift)`; `operand` is a Symbol or an Index.
struct Stat : Expr {
  Stat() : Expr(ExprKind::Stat) {}
  StatFn fn = StatFn::Count;
  ExprPtr operand;
  std::optional<int64_t> shift;  ///< @variance's second parameter
};

/// `@hist_log(x)` and `@hist_linear(x, low, high, step)`.
struct Hist : Expr {
  Hist() : Expr(ExprKind::Hist) {}
  bool linear = false;
  ExprPtr operand;
  int64_t low = 0, high = 0, step = 0;
};

/// print println printd printdln printf and their s… forms that return a string.
struct Print : Expr {
  Print() : Expr(ExprKind::Print) {}
  std::string name;        ///< "printf", "sprintln", …
  bool to_string = false;  ///< the s… forms
  bool with_format = false, with_delimiter = false, with_newline = false, is_char = false;
  std::string format;               ///< printf/sprintf, raw after string escapes
  std::vector<FormatPiece> pieces;  ///< parsed from `format`
  std::string delimiter;            ///< printd/printdln
  std::vector<ExprPtr> args;        ///< a print of a histogram has one Hist argument
};

/// `%{ … %}` as an expression (guru mode).
struct EmbeddedExpr : Expr {
  EmbeddedExpr() : Expr(ExprKind::Embedded) {}
  EmbeddedC c;
  std::vector<ExprPtr> arguments;  ///< a Symbol for each of c.arguments
};

// ------------------------------------------------------------------ statements

enum class StmtKind : uint8_t {
  Null,
  Block,
  Expr,
  If,
  While,
  For,
  Foreach,
  Return,
  Break,
  Continue,
  Next,
  Delete,
  Try,
  Embedded,
};

struct Stmt {
  StmtKind kind;
  Span span;
  virtual ~Stmt() = default;

 protected:
  explicit Stmt(StmtKind k) : kind(k) {}
};
using StmtPtr = std::unique_ptr<Stmt>;

struct NullStmt : Stmt {
  NullStmt() : Stmt(StmtKind::Null) {}
};
struct Block : Stmt {
  Block() : Stmt(StmtKind::Block) {}
  std::vector<StmtPtr> statements;
};
struct ExprStmt : Stmt {
  ExprStmt() : Stmt(StmtKind::Expr) {}
  ExprPtr expr;
};
struct If : Stmt {
  If() : Stmt(StmtKind::If) {}
  ExprPtr condition;
  StmtPtr then_branch, else_branch;  ///< else_branch may be null
};
struct While : Stmt {
  While() : Stmt(StmtKind::While) {}
  ExprPtr condition;
  StmtPtr body;
};
struct For : Stmt {
  For() : Stmt(StmtKind::For) {}
  ExprPtr init, condition, step;  ///< each may be null
  StmtPtr body;
};

/// `foreach ([value =] ([k1, k2] | k) in array[slice] sort limit N) body`
struct Foreach : Stmt {
  Foreach() : Stmt(StmtKind::Foreach) {}
  std::vector<std::unique_ptr<Symbol>> keys;
  std::unique_ptr<Symbol> value;    ///< `v = [k]`, or null
  ExprPtr base;                     ///< Symbol, or Hist (iterates bucket indexes)
  std::vector<ExprPtr> slice;       ///< empty, or one per key; null = `*`
  int sort_direction = 0;           ///< +1 ascending, -1 descending, 0 none
  unsigned sort_column = 0;         ///< 0 = by value, N = by N-th key
  std::optional<StatFn> sort_stat;  ///< `a @sum-`; @count by default for statistics
  ExprPtr limit;                    ///< or null
  StmtPtr body;
};
struct Return : Stmt {
  Return() : Stmt(StmtKind::Return) {}
  ExprPtr value;  ///< or null
};
struct Break : Stmt {
  Break() : Stmt(StmtKind::Break) {}
};
struct Continue : Stmt {
  Continue() : Stmt(StmtKind::Continue) {}
};
struct Next : Stmt {
  Next() : Stmt(StmtKind::Next) {}
};
struct Delete : Stmt {
  Delete() : Stmt(StmtKind::Delete) {}
  ExprPtr target;  ///< Symbol, or Index (null index = `*`)
};
struct Try : Stmt {
  Try() : Stmt(StmtKind::Try) {}
  StmtPtr body;
  std::unique_ptr<Symbol> message;  ///< or null
  StmtPtr handler;
};
struct EmbeddedStmt : Stmt {
  EmbeddedStmt() : Stmt(StmtKind::Embedded) {}
  EmbeddedC c;
  std::vector<ExprPtr> arguments;  ///< as EmbeddedExpr's
};

// ------------------------------------------------------------------ declarations

/// A global, parameter or local. Locals are created by resolve_symbols, not by the parser.
struct VarDecl {
  Span span;
  std::string name;
  enum Storage : uint8_t { Global, Parameter, Local } storage = Local;
  Type type = Type::Unknown;  ///< value type; from `: type` or inferred
  bool is_private = false;
  bool wrap = false;                ///< `a%[n]`: oldest entries make room
  std::optional<int64_t> max_size;  ///< `a[n]`
  bool declared_array = false;      ///< `a[]`, `a[n]`: an array before any use says so
  ExprPtr init;                     ///< Number or String literal, or null
  // filled by resolve_symbols and infer_types
  int arity = -1;  ///< -1 not known, 0 scalar, n keys
  std::vector<Type> key_types;
  Span typed_at;  ///< the use from which its type was inferred; empty: the declaration says it
  bool is_used = false;
  bool is_refused = false;  ///< reported as used wrongly: that its type is not known is no news
};

/// `function name:type (a:type, b) { … }` or with an embedded-C body.
struct FunctionDecl {
  Span span;
  std::string name;
  Type return_type = Type::Unknown;
  std::vector<std::unique_ptr<VarDecl>> parameters;
  StmtPtr body;  ///< null for embedded C
  std::optional<EmbeddedC> c;
  Span embedded_span;
  bool is_private = false;
  std::optional<int64_t> priority;  ///< `: type (…) : priority`
  // filled by resolve_symbols and infer_types
  std::vector<std::unique_ptr<VarDecl>> locals;
  Span typed_at;  ///< the `return` or call from which return_type was inferred, or empty
};

/// `functor`, `functor("string")` or `functor(number)`; the functor may hold wildcards.
struct ProbeComponent {
  Span span;
  std::string functor;
  std::optional<std::string> string_arg;
  std::optional<int64_t> number_arg;
  bool has_arg() const { return string_arg || number_arg; }
};

struct ProbePoint {
  Span span;
  std::vector<ProbeComponent> components;
  bool optional = false;    ///< `?`
  bool sufficient = false;  ///< `!`
  ExprPtr condition;        ///< `if (…)`, or null
};

/// "process(\"/bin/ls\").function(\"main\")?": how stap writes a probe point.
std::string to_string(const ProbePoint& point);

/// `probe p1, p2 { … }`, or an alias `probe name = p1, p2 { … }` / `+=`.
struct ProbeDecl {
  Span span;
  std::vector<ProbePoint> points;
  StmtPtr body;
  bool is_private = false;
  // alias only
  std::vector<ProbePoint> alias_names;           ///< empty for a plain probe
  bool epilogue = false;                         ///< `+=`
  StmtPtr epilogue_body;                         ///< second block of the two-block form, or null
  std::vector<std::unique_ptr<VarDecl>> locals;  ///< filled by resolve_symbols
};

/// `%{ … %}` at file level.
struct EmbeddedCode {
  Span span;
  EmbeddedC c;
};

/// One parsed file. Order inside each list is source order.
struct File {
  const SourceFile* source = nullptr;
  bool is_own_library = false;  ///< one of coretap's own tapset files
  std::vector<std::unique_ptr<VarDecl>> globals;
  std::vector<std::unique_ptr<FunctionDecl>> functions;
  std::vector<std::unique_ptr<ProbeDecl>> probes;
  std::vector<std::unique_ptr<ProbeDecl>> aliases;
  std::vector<EmbeddedCode> embedded;
};

/// Deep copies, for alias expansion and per-site lowering. Annotations are not copied.
ExprPtr clone(const Expr& expr);
StmtPtr clone(const Stmt& stmt);
ProbePoint clone(const ProbePoint& point);
std::vector<Component> clone(const std::vector<Component>& components);

}  // namespace coretap::ast
