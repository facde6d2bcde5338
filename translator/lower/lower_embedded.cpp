// C in handlers and functions, and the operators that name constants of C: @const, @enum, @enumname.
#include <cctype>

#include "lower/lower_body.h"

namespace coretap {

using ast::AtOperator;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

bool is_identifier(const std::string& text) {
  for (char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0]));
}

/// `text` without comments and outer blanks.
std::string without_comments(std::string text) {
  for (size_t at = text.find("/*"); at != std::string::npos; at = text.find("/*")) {
    size_t end = text.find("*/", at + 2);
    text.erase(at, end == std::string::npos ? std::string::npos : end + 2 - at);
  }
  size_t first = text.find_first_not_of(" \t\n"), last = text.find_last_not_of(" \t\n");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

}  // namespace

/// A limit of the session, an enumerator of the kernel, or what the C headers define.
std::optional<int64_t> BodyLowering::constant(const std::string& name, const Span& at) {
  const CompileInput& input = outer_.program.input;
  const std::pair<const char*, int64_t> limits[] = {
      {"MAXSTRINGLEN", ir::Module().max_string},    {"MAXACTION", ir::Module().max_action},
      {"MAXNESTING", ir::kDefaultRecursion},        {"MAXMAPENTRIES", ir::Module().max_map_entries},
      {"MAXBACKTRACE", ir::Module().max_backtrace}, {"MAXERRORS", ir::Module().max_errors},
      {"MAXSKIPPED", ir::Module().max_skipped}};
  for (const auto& [limit, value] : limits) {
    if (name != limit) continue;
    auto given = input.defines.find(name);
    return given == input.defines.end() ? value : std::strtoll(given->second.c_str(), nullptr, 0);
  }
  auto known = outer_.constants.find(name);
  if (known != outer_.constants.end()) return known->second;
  std::optional<int64_t> value;
  Diagnostics::Attempt attempt(diagnostics());
  if (auto btf = is_identifier(name) ? outer_.context.kernel_btf(at) : nullptr)
    value = btf->enumerator(name);
  attempt.drop();
  bool may_ask = is_identifier(name) || input.guru;
  if (!value && may_ask && outer_.program.header_constant)
    value = outer_.program.header_constant(name);
  outer_.constants.emplace(name, value);
  return value;
}

/// Memory and registers by number are read in other ways here.
Operand BodyLowering::raw_operator(const ast::AtOp& op, const char* instead, const char* hint) {
  diagnostics()
      .semantic_error("raw-operator", op.span,
                      std::string("'@") + info(op.op).spelling + "' is not there: " + instead)
      .hint(hint);
  return missing(op.type);
}

Operand BodyLowering::at_op(ast::AtOp& op) {
  const char* const functions = "memory is read by functions";
  const char* const registers = "registers are read by their names";
  const char* const write_name = "write u_register(\"rax\"), or another register's name";
  switch (op.op) {
    case AtOperator::EnumName: return enum_name(op);
    case AtOperator::ProbeWrite:
      diagnostics().semantic_error(
          "probewrite-in-function", op.span,
          "@probewrite asks about the handler that it stands in: it can be "
          "used in probes and aliases, not in functions");
      return missing(op.type);
    case AtOperator::KDeref:
      return raw_operator(
          op, functions,
          "kernel_char(), kernel_short(), kernel_int() and kernel_long() take the address");
    case AtOperator::UDeref:
      return raw_operator(op, functions, "user_uint8() to user_uint64() take the address");
    case AtOperator::KRegister:
    case AtOperator::URegister: return raw_operator(op, registers, write_name);
    case AtOperator::Const:
    case AtOperator::Enum: return constant_operator(op);
  }
  return missing(op.type);
}

/// @const("NAME") and @enum("NAME"[, "module"]).
Operand BodyLowering::constant_operator(ast::AtOp& op) {
  const bool is_enum = op.op == AtOperator::Enum;
  if (op.args[0]->kind != ast::ExprKind::String) {
    diagnostics().semantic_error(
        "constant-name", op.args[0]->span,
        std::string("@") + info(op.op).spelling + " takes the name of a constant in quotes");
    return missing(op.type);
  }
  const std::string& name = static_cast<ast::String&>(*op.args[0]).value;
  if (op.args.size() > 1) {
    if (op.args[1]->kind != ast::ExprKind::String) {
      diagnostics().semantic_error("constant-name", op.args[1]->span,
                                   "@enum takes the module that has the enum in quotes");
      return missing(op.type);
    }
    const std::string& modules = static_cast<ast::String&>(*op.args[1]).value;
    auto found = probes::named_enumerator(name, modules, op.args[0]->span, outer_.context, *this);
    return found ? Operand::integer(*found) : missing(op.type);
  }
  std::optional<int64_t> value;
  if (is_enum) {
    if (auto btf = outer_.context.kernel_btf(op.span)) value = btf->enumerator(name);
  } else {
    value = constant(name, op.span);
  }
  if (value) return Operand::integer(*value);
  diagnostics()
      .semantic_error(
          "unknown-constant", op.args[0]->span,
          "there is no constant '" + name + "' in " +
              (is_enum ? "the kernel's enums"
                       : "the kernel's enums and the user-space headers of C and Linux"))
      .hint("macros of the kernel's own headers are not known at run time: write the number");
  return missing(op.type);
}

/// @enumname("type", value[, "module"]): the enumerator's name, or "" if no one has the value.
Operand BodyLowering::enum_name(ast::AtOp& op) {
  ast::Cast type;
  type.span = op.span;
  bool named = op.args[0]->kind == ast::ExprKind::String &&
               (op.args.size() < 3 || op.args[2]->kind == ast::ExprKind::String);
  if (!named) {
    diagnostics().semantic_error("constant-name", op.span,
                                 "@enumname takes the enum's name and a module in quotes");
    return missing(op.type);
  }
  type.type_name = static_cast<ast::String&>(*op.args[0]).value;
  if (op.args.size() > 2) type.module = static_cast<ast::String&>(*op.args[2]).value;
  std::optional<probes::ValueType> found = probes::named_type(type, scope_, outer_.context, *this);
  if (!found) return missing(op.type);
  if (found->type->kind() != debug::TypeKind::Enum) {
    diagnostics().semantic_error("constant-name", op.args[0]->span,
                                 "'" + type.type_name + "' is not an enum");
    return missing(op.type);
  }
  Operand number = value(*op.args[1]);
  b_.at(op.span);
  ir::LocalId result = b_.temp(Ty::Str);
  b_.append(Op::Copy, {Operand::string("")}, result);
  for (const auto& [name, each] : found->type->enumerators()) {
    Operand equal = b_.value(Op::Eq, {number, Operand::integer(each)});
    std::vector<ir::Block> blocks(2);
    blocks[0] =
        b_.nested([&, &name = name] { b_.append(Op::Copy, {Operand::string(name)}, result); });
    b_.append(Op::If, {equal}).blocks = std::move(blocks);
  }
  return Operand::of(result);
}

Operand BodyLowering::embedded(ast::EmbeddedExpr& expr) {
  std::string name = without_comments(expr.c.text);
  if (expr.type != ast::Type::String && is_identifier(name))
    if (std::optional<int64_t> value = constant(name, expr.span)) return Operand::integer(*value);
  std::vector<Operand> arguments = keys(expr.arguments);
  b_.at(expr.span);
  ir::LocalId dst = b_.temp(ir_type(expr.type));
  b_.embedded(expr.c, std::move(arguments), dst);
  return Operand::of(dst);
}

void BodyLowering::embedded(ast::EmbeddedStmt& stmt) {
  std::vector<Operand> arguments = keys(stmt.arguments);
  b_.at(stmt.span);
  b_.embedded(stmt.c, std::move(arguments));
}

}  // namespace coretap
