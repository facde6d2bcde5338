// Declarations and statements as text. Every simple statement ends in ';': without it, the next
// line's first token could continue the expression.
#include "ast/print.h"

#include "ast/text.h"

namespace coretap::ast {

namespace {

template <typename Node>
const Node& as(const Stmt& stmt) {
  return static_cast<const Node&>(stmt);
}

std::string margin(int indent) { return std::string(static_cast<size_t>(indent) * 2, ' '); }

/// A branch or loop body behind its head: a block on the same line, anything else on its own.
std::string hang(const StmtPtr& body, int indent) {
  if (body->kind == StmtKind::Block) return " " + print(*body, indent);
  return "\n" + margin(indent + 1) + print(*body, indent + 1);
}

/// Would an `else` behind this statement be taken for its own?
bool ends_in_open_if(const Stmt& stmt) {
  switch (stmt.kind) {
    case StmtKind::If: {
      auto& node = as<If>(stmt);
      return !node.else_branch || ends_in_open_if(*node.else_branch);
    }
    case StmtKind::While: return ends_in_open_if(*as<While>(stmt).body);
    case StmtKind::For: return ends_in_open_if(*as<For>(stmt).body);
    case StmtKind::Foreach: return ends_in_open_if(*as<Foreach>(stmt).body);
    default: return false;
  }
}

std::string print_block(const Block& block, int indent) {
  if (block.statements.empty()) return "{ }";
  std::string out = "{\n";
  for (const StmtPtr& each : block.statements)
    out += margin(indent + 1) + print(*each, indent + 1) + "\n";
  return out + margin(indent) + "}";
}

std::string print_if(const If& node, int indent) {
  std::string out = "if (" + print(*node.condition) + ")";
  if (!node.else_branch) return out + hang(node.then_branch, indent);
  if (ends_in_open_if(*node.then_branch))
    out += " {" + hang(node.then_branch, indent) + "\n" + margin(indent) + "}";
  else
    out += hang(node.then_branch, indent);
  out += node.then_branch->kind == StmtKind::Block ? " else" : "\n" + margin(indent) + "else";
  if (node.else_branch->kind == StmtKind::If) return out + " " + print(*node.else_branch, indent);
  return out + hang(node.else_branch, indent);
}

std::string print_for(const For& node, int indent) {
  auto part = [](const ExprPtr& expr) { return expr ? print(*expr) : std::string(); };
  return "for (" + part(node.init) + "; " + part(node.condition) + "; " + part(node.step) + ")" +
         hang(node.body, indent);
}

std::string sort_mark(const Foreach& loop, unsigned column) {
  if (loop.sort_direction == 0 || loop.sort_column != column) return {};
  return loop.sort_direction > 0 ? "+" : "-";
}

std::string print_foreach(const Foreach& loop, int indent) {
  std::string out = "foreach (";
  if (loop.value) out += loop.value->name + " = ";
  bool bracket = loop.keys.size() > 1;
  if (bracket) out += '[';
  for (unsigned i = 0; i < loop.keys.size(); i++) {
    if (i) out += ", ";
    out += loop.keys[i]->name + sort_mark(loop, i + 1);
  }
  if (bracket) out += ']';
  out += " in " + print(*loop.base);
  for (size_t i = 0; i < loop.slice.size(); i++)
    out += (i ? ", " : "[") + (loop.slice[i] ? print(*loop.slice[i]) : std::string("*"));
  if (!loop.slice.empty()) out += ']';
  if (loop.sort_stat) out += std::string(" @") + stat_fn_name(*loop.sort_stat);
  out += sort_mark(loop, 0);
  if (loop.limit) out += " limit " + print(*loop.limit);
  return out + ")" + hang(loop.body, indent);
}

std::string print_try(const Try& node, int indent) {
  std::string out = "try " + print(*node.body, indent) + " catch ";
  if (node.message) out += "(" + node.message->name + ") ";
  return out + print(*node.handler, indent);
}

/// As stap writes them: on one line, without a blank before the block.
std::string print_points(const std::vector<ProbePoint>& points, const char* separator) {
  std::string out;
  for (const ProbePoint& each : points) {
    if (!out.empty()) out += separator;
    out += to_string(each);
  }
  return out;
}

std::string type_suffix(Type type) {
  return type == Type::Long || type == Type::String ? std::string(":") + type_name(type) : "";
}

std::string print_global(const VarDecl& global) {
  std::string out = global.is_private ? "private global " : "global ";
  out += global.name;
  if (global.wrap) out += '%';
  if (global.declared_array)
    out += "[" + (global.max_size ? std::to_string(*global.max_size) : std::string()) + "]";
  if (global.init) out += " = " + print(*global.init);
  return out + "\n";
}

}  // namespace

std::string print(const Stmt& stmt, int indent) {
  switch (stmt.kind) {
    case StmtKind::Null: return ";";
    case StmtKind::Block: return print_block(as<Block>(stmt), indent);
    case StmtKind::Expr: return print(*as<ExprStmt>(stmt).expr) + ";";
    case StmtKind::If: return print_if(as<If>(stmt), indent);
    case StmtKind::While:
      return "while (" + print(*as<While>(stmt).condition) + ")" +
             hang(as<While>(stmt).body, indent);
    case StmtKind::For: return print_for(as<For>(stmt), indent);
    case StmtKind::Foreach: return print_foreach(as<Foreach>(stmt), indent);
    case StmtKind::Return: {
      auto& node = as<Return>(stmt);
      return node.value ? "return " + print(*node.value) + ";" : "return;";
    }
    case StmtKind::Break: return "break;";
    case StmtKind::Continue: return "continue;";
    case StmtKind::Next: return "next;";
    case StmtKind::Delete: return "delete " + print(*as<Delete>(stmt).target) + ";";
    case StmtKind::Try: return print_try(as<Try>(stmt), indent);
    case StmtKind::Embedded: return "%{" + as<EmbeddedStmt>(stmt).c.text + "%};";
  }
  return {};
}

std::string print(const ProbeDecl& probe) {
  std::string out = probe.is_private ? "private probe " : "probe ";
  for (const ProbePoint& name : probe.alias_names)
    out += to_string(name) + (probe.epilogue ? " += " : " = ");
  out += print_points(probe.points, probe.alias_names.empty() ? "," : ", ");
  out += print(*probe.body, 0);
  if (probe.epilogue_body) out += ",\n" + print(*probe.epilogue_body, 0);
  return out + "\n";
}

std::string print(const FunctionDecl& function) {
  std::string out = function.is_private ? "private function " : "function ";
  out += function.name + type_suffix(function.return_type) + " (";
  for (size_t i = 0; i < function.parameters.size(); i++) {
    const VarDecl& parameter = *function.parameters[i];
    out += (i ? ", " : "") + parameter.name + type_suffix(parameter.type);
  }
  out += ")";
  if (function.priority) out += " : " + std::to_string(*function.priority);
  if (function.c) return out + " %{" + function.c->text + "%}\n";
  return out + " " + print(*function.body, 0) + "\n";
}

std::string print(const File& file) {
  std::string out;
  for (const EmbeddedCode& each : file.embedded) out += "%{" + each.c.text + "%}\n";
  for (const auto& each : file.globals) out += print_global(*each);
  for (const auto& each : file.functions) out += print(*each);
  for (const auto& each : file.aliases) out += print(*each);
  for (const auto& each : file.probes) out += print(*each);
  return out;
}

}  // namespace coretap::ast
