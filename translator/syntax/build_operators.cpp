// Calls, the print family, and the operators that are written @name(…).
#include <algorithm>
#include <array>

#include "syntax/build_ast.h"
#include "syntax/format.h"
#include "syntax/names.h"
#include "syntax/parse.h"

namespace coretap::syntax {

using namespace ast;
using P = StpParser;

namespace {

/// The print family: `print` with any of the prefix s and the suffixes d, ln, f.
struct PrintName {
  std::string_view name;
  bool to_string, format, delimiter, newline, is_char;
};
constexpr std::array<PrintName, 11> kPrintNames{{
    {"print", false, false, false, false, false},
    {"println", false, false, false, true, false},
    {"printd", false, false, true, false, false},
    {"printdln", false, false, true, true, false},
    {"printf", false, true, false, false, false},
    {"print_char", false, false, false, false, true},
    {"sprint", true, false, false, false, false},
    {"sprintln", true, false, false, true, false},
    {"sprintd", true, false, true, false, false},
    {"sprintdln", true, false, true, true, false},
    {"sprintf", true, true, false, false, false},
}};

const PrintName* find_print(std::string_view name) {
  for (const PrintName& each : kPrintNames)
    if (each.name == name) return &each;
  return nullptr;
}

std::optional<AtOperator> at_operator_of(std::string_view name) {
  for (AtOperator op : {
#define CORETAP_AT_OPERATOR(name, ...) AtOperator::name,
#include "ast/at_operators.def"
#undef CORETAP_AT_OPERATOR
       })
    if (info(op).spelling == name) return op;
  return std::nullopt;
}

const std::vector<std::string>& operator_names() {
  static const std::vector<std::string> names{
      "@avg",       "@cast",      "@const", "@count",    "@defined",     "@entry",
      "@enum",      "@enumname",  "@errno", "@hist_log", "@hist_linear", "@kderef",
      "@kregister", "@max",       "@min",   "@perf",     "@probewrite",  "@sum",
      "@uderef",    "@uregister", "@var",   "@variance"};
  return names;
}

}  // namespace

std::optional<StatFn> stat_fn_of(std::string_view name) {
  if (name.starts_with('@')) name.remove_prefix(1);
  for (StatFn fn :
       {StatFn::Count, StatFn::Sum, StatFn::Min, StatFn::Max, StatFn::Avg, StatFn::Variance})
    if (name == stat_fn_name(fn)) return fn;
  return std::nullopt;
}

// ------------------------------------------------------------------ calls

std::vector<ExprPtr> Builder::argument_list(P::ArgumentsContext* tree) {
  std::vector<ExprPtr> args;
  if (!tree) return args;
  for (P::ExprContext* each : tree->expr()) args.push_back(expr(each));
  return args;
}

bool Builder::is_print_name(std::string_view name) { return find_print(name) != nullptr; }

ExprPtr Builder::call(P::CallPrimaryContext* tree) {
  std::string name = token(tree->IDENTIFIER()).text;
  std::vector<ExprPtr> args = argument_list(tree->arguments());
  if (find_print(name)) return print_call(name, std::move(args), span(tree));
  for (const ExprPtr& each : args)
    if (each->kind == ExprKind::Hist)
      error("histogram-value", each->span, "only print() and println() take a histogram");
  auto node = make<Call>(tree);
  node->function = std::move(name);
  node->args = std::move(args);
  return node;
}

ExprPtr Builder::print_call(const std::string& name, std::vector<ExprPtr> args, const Span& span) {
  const PrintName& kind = *find_print(name);
  auto node = std::make_unique<Print>();
  node->span = span;
  node->name = name;
  node->to_string = kind.to_string;
  node->with_format = kind.format;
  node->with_delimiter = kind.delimiter;
  node->with_newline = kind.newline;
  node->is_char = kind.is_char;
  node->args = std::move(args);
  if (node->with_format) print_format(*node);
  if (node->with_delimiter) print_delimiter(*node);
  check_print_values(*node);
  return node;
}

void Builder::print_format(Print& print) {
  if (print.args.empty() || print.args[0]->kind != ExprKind::String) {
    error("format", print.args.empty() ? print.span : print.args[0]->span,
          "the first argument of '" + print.name + "' is its format, a string written here")
        .hint("to print a string variable: " + print.name + "(\"%s\", variable)");
    return;
  }
  print.format = static_cast<String&>(*print.args[0]).value;
  Span at = print.args[0]->span;
  print.args.erase(print.args.begin());
  size_t errors = diagnostics_.error_count();
  print.pieces = parse_format(print.format, at, diagnostics_);
  size_t wanted = format_arguments(print.pieces);
  if (wanted == print.args.size() || errors != diagnostics_.error_count()) return;
  diagnostics_.semantic_error("format-arguments", print.span,
                              "the format of '" + print.name + "' asks for " +
                                  std::to_string(wanted) + " value(s), here are " +
                                  std::to_string(print.args.size()));
}

void Builder::print_delimiter(Print& print) {
  if (print.args.empty() || print.args[0]->kind != ExprKind::String) {
    error("delimiter", print.args.empty() ? print.span : print.args[0]->span,
          "the first argument of '" + print.name + "' is the delimiter, a string written here");
    return;
  }
  print.delimiter = static_cast<String&>(*print.args[0]).value;
  print.args.erase(print.args.begin());
}

void Builder::check_print_values(const Print& print) {
  size_t least = print.with_format || (print.with_newline && !print.with_delimiter) ? 0
                 : print.with_delimiter                                             ? 2
                                                                                    : 1;
  if (print.args.size() < least)
    error("print-arguments", print.span,
          "'" + print.name + "' needs " + (least == 2 ? "two values" : "a value") + " to print");
  if (print.is_char && print.args.size() > 1)
    error("print-arguments", print.span, "'" + print.name + "' prints one character");
  bool alone = print.args.size() == 1 && !print.with_format && !print.is_char;
  for (const ExprPtr& each : print.args)
    if (each->kind == ExprKind::Hist && !alone)
      error("histogram-value", each->span, "a histogram is printed alone, by print() or println()");
}

// ------------------------------------------------------------------ @operators

ExprPtr Builder::at_call(P::AtCallContext* tree) {
  const Token& name = token(tree->AT_NAME());
  if (!tree->arguments()) {
    if (name.text == "@errno") {  // stap's name for the C library's variable
      auto node = std::make_unique<AtVar>();
      node->span = span(tree);
      node->target = "errno";
      node->module = "/lib64/libc.so.6";
      return node;
    }
    const std::vector<std::string>& names = operator_names();
    if (std::find(names.begin(), names.end(), name.text) != names.end()) {
      error("operator-arguments", name.span, "'" + name.text + "' needs arguments in parentheses");
      return error_value(span(tree));
    }
    Diagnostic& unknown =
        error("unknown-macro", name.span, "there is no macro '" + name.text + "'");
    for (const std::string& each : similar_names(name.text, names, 2))
      unknown.hint("similar: " + each + "(…)");
    return error_value(span(tree));
  }
  std::vector<ExprPtr> args = argument_list(tree->arguments());
  return at_operator(name.text.substr(1), std::move(args), span(tree));
}

ExprPtr Builder::at_operator(const std::string& name, std::vector<ExprPtr> args, const Span& span) {
  if (std::optional<StatFn> fn = stat_fn_of(name)) return statistic(*fn, std::move(args), span);
  if (name == "hist_log" || name == "hist_linear")
    return histogram(name == "hist_linear", std::move(args), span);
  if (name == "cast") return cast(std::move(args), span);
  if (name == "var") return at_var(std::move(args), span);
  auto wrap = [&](auto node) -> ExprPtr {
    node->span = span;
    if (!check_count("@" + name, args, 1, 1, span)) return error_value(span);
    node->operand = std::move(args[0]);
    return node;
  };
  if (name == "entry") return wrap(std::make_unique<Entry>());
  if (name == "defined") return wrap(std::make_unique<Defined>());
  if (name == "perf") {
    if (!args.empty()) literal_name(*args[0], "@perf's counter");
    return wrap(std::make_unique<PerfOp>());
  }
  if (std::optional<AtOperator> op = at_operator_of(name)) {
    auto node = std::make_unique<AtOp>();
    node->span = span;
    node->op = *op;
    node->args = std::move(args);
    if (check_count("@" + name, node->args, info(*op).least, info(*op).most, span))
      check_plain_operator(*node);
    return node;
  }
  Diagnostic& unknown =
      error("unknown-operator", span, "there is no operator and no macro '@" + name + "'");
  for (const std::string& each : similar_names("@" + name, operator_names(), 3))
    unknown.hint("similar: " + each);
  return error_value(span);
}

void Builder::check_plain_operator(const AtOp& node) {
  const AtOperatorInfo& row = info(node.op);
  const std::string name = std::string("@") + row.spelling;
  if (row.guru && !context_.facts->guru_mode && !context_.is_tapset)
    error("guru-operator", node.span, "'" + name + "' is allowed in guru mode only")
        .hint("add -g if you trust this script");
  const Expr& first = *node.args[0];
  switch (row.first) {
    case AtOperatorInfo::Any: return;
    case AtOperatorInfo::Name: literal_name(first, name + "'s constant"); return;
    case AtOperatorInfo::Size:
      literal_number(first, name + (row.most == 1 ? "'s register" : "'s size"));
      return;
    case AtOperatorInfo::Variable: {
      bool plain_target =
          first.kind == ExprKind::Target && static_cast<const Target&>(first).components.empty();
      if (first.kind == ExprKind::Symbol || plain_target) return;
      error("probewrite-variable", first.span, "@probewrite takes the name of a variable");
    }
  }
}

ExprPtr Builder::cast(std::vector<ExprPtr> args, const Span& span) {
  if (!check_count("@cast", args, 2, 3, span)) return error_value(span);
  auto node = std::make_unique<Cast>();
  node->span = span;
  node->type_name = literal_name(*args[1], "@cast's type");
  if (args.size() > 2) node->module = literal_string(*args[2], "@cast's module");
  node->operand = std::move(args[0]);
  return node;
}

ExprPtr Builder::at_var(std::vector<ExprPtr> args, const Span& span) {
  if (!check_count("@var", args, 1, 2, span)) return error_value(span);
  auto node = std::make_unique<AtVar>();
  node->span = span;
  node->target = literal_string(*args[0], "@var's variable");
  if (args.size() > 1) node->module = literal_string(*args[1], "@var's module");
  return node;
}

ExprPtr Builder::statistic(StatFn fn, std::vector<ExprPtr> args, const Span& span) {
  std::string name = std::string("@") + stat_fn_name(fn);
  if (!check_count(name, args, 1, fn == StatFn::Variance ? 2 : 1, span)) return error_value(span);
  if (args[0]->kind != ExprKind::Symbol && args[0]->kind != ExprKind::Index)
    diagnostics_.semantic_error("statistic-operand", args[0]->span,
                                "'" + name + "' takes a statistic, which is a global");
  auto node = std::make_unique<Stat>();
  node->span = span;
  node->fn = fn;
  if (args.size() > 1) node->shift = literal_number(*args[1], name + "'s shift");
  node->operand = std::move(args[0]);
  return node;
}

ExprPtr Builder::histogram(bool linear, std::vector<ExprPtr> args, const Span& span) {
  std::string name = linear ? "@hist_linear" : "@hist_log";
  size_t count = linear ? 4 : 1;
  if (!check_count(name, args, count, count, span)) return error_value(span);
  if (args[0]->kind != ExprKind::Symbol && args[0]->kind != ExprKind::Index)
    diagnostics_.semantic_error("statistic-operand", args[0]->span,
                                "'" + name + "' takes a statistic, which is a global");
  auto node = std::make_unique<Hist>();
  node->span = span;
  node->linear = linear;
  if (linear) {
    node->low = literal_number(*args[1], name + "'s lower end").value_or(0);
    node->high = literal_number(*args[2], name + "'s upper end").value_or(0);
    node->step = literal_number(*args[3], name + "'s step").value_or(1);
  }
  node->operand = std::move(args[0]);
  return node;
}

bool Builder::check_count(const std::string& name, const std::vector<ExprPtr>& args, size_t least,
                          size_t most, const Span& span) {
  if (args.size() >= least && args.size() <= most) return true;
  std::string wanted = std::to_string(least);
  if (most != least) wanted += " to " + std::to_string(most);
  error("operator-arguments", span,
        "'" + name + "' takes " + wanted + " argument(s), here are " + std::to_string(args.size()));
  return false;
}

std::optional<int64_t> Builder::literal_number(const Expr& expr, const std::string& what) {
  if (expr.kind == ExprKind::Number) return static_cast<const Number&>(expr).value;
  error("literal", expr.span, what + " must be a number that is written here");
  return std::nullopt;
}

/// A string literal that must not be empty.
std::string Builder::literal_name(const Expr& expr, const std::string& what) {
  std::string text = literal_string(expr, what);
  if (text.empty() && expr.kind == ExprKind::String)
    error("literal", expr.span, what + " must not be empty");
  return text;
}

std::string Builder::literal_string(const Expr& expr, const std::string& what) {
  if (expr.kind == ExprKind::String) return static_cast<const String&>(expr).value;
  error("literal", expr.span, what + " must be a string that is written here");
  return {};
}

}  // namespace coretap::syntax

namespace coretap {

bool is_builtin_operator(std::string_view name) {
  const std::vector<std::string>& names = syntax::operator_names();
  return std::find(names.begin(), names.end(), "@" + std::string(name)) != names.end();
}

std::vector<std::string> at_operator_names() {
  std::vector<std::string> names;
  for (const std::string& name : syntax::operator_names()) names.push_back(name.substr(1));
  return names;
}

std::vector<std::string> print_function_names() {
  std::vector<std::string> names;
  for (const syntax::PrintName& each : syntax::kPrintNames) names.emplace_back(each.name);
  return names;
}

}  // namespace coretap
