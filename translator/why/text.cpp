#include "why/text.h"

#include <algorithm>
#include <sstream>

#include "dwarf/registers.h"
#include "runtime/common/terminal.h"
#include "support/internal_error.h"

namespace coretap::why {

namespace {

using debug::LocExpr;
using debug::VarLocation;

std::string register_name(int64_t number, uint16_t machine) {
  const debug::RegisterInfo* info = debug::register_info(machine, static_cast<unsigned>(number));
  return info ? info->name : "register " + std::to_string(number);
}

bool is_leaf(const LocExpr& expr) { return expr.children.empty() || expr.op == LocExpr::EntryReg; }

std::string formula(const LocExpr& expr, uint16_t machine);

std::string operand(const LocExpr& expr, uint16_t machine) {
  const std::string text = formula(expr, machine);
  return is_leaf(expr) || expr.op == LocExpr::Deref ? text : "(" + text + ")";
}

std::string infix(const LocExpr& expr, const char* sign, uint16_t machine) {
  const LocExpr& right = *expr.children[1];
  const std::string left = operand(*expr.children[0], machine);
  if (expr.op == LocExpr::Add && right.op == LocExpr::Const && right.value < 0)
    return left + " - " + std::to_string(-static_cast<uint64_t>(right.value));
  return left + " " + sign + " " + operand(right, machine);
}

std::string formula(const LocExpr& expr, uint16_t machine) {
  switch (expr.op) {
    case LocExpr::Const: return std::to_string(expr.value);
    case LocExpr::StaticAddr: return hex(static_cast<uint64_t>(expr.value));
    case LocExpr::Reg: return register_name(expr.value, machine);
    case LocExpr::EntryReg:
      return register_name(expr.value, machine) + " as it was at the function's entry";
    case LocExpr::Deref: return "[" + formula(*expr.children[0], machine) + "]";
    case LocExpr::Neg: return "-" + operand(*expr.children[0], machine);
    case LocExpr::Not: return "~" + operand(*expr.children[0], machine);
    case LocExpr::Select:
      return operand(*expr.children[0], machine) + " ? " + operand(*expr.children[1], machine) +
             " : " + operand(*expr.children[2], machine);
    case LocExpr::ThreadPointer: return "the thread pointer";
    case LocExpr::ThreadBlock:
      return "its thread's block of module " + operand(*expr.children[0], machine);
    case LocExpr::TlsAddr: return "its thread's block + " + operand(*expr.children[0], machine);
    case LocExpr::ObjectAddr: return "the object's address";
    case LocExpr::Add: return infix(expr, "+", machine);
    case LocExpr::Sub: return infix(expr, "-", machine);
    case LocExpr::Mul: return infix(expr, "*", machine);
    case LocExpr::Div: return infix(expr, "/", machine);
    case LocExpr::Mod: return infix(expr, "%", machine);
    case LocExpr::And: return infix(expr, "&", machine);
    case LocExpr::Or: return infix(expr, "|", machine);
    case LocExpr::Xor: return infix(expr, "^", machine);
    case LocExpr::Shl: return infix(expr, "<<", machine);
    case LocExpr::Shr: return infix(expr, ">>>", machine);
    case LocExpr::Sar: return infix(expr, ">>", machine);
    case LocExpr::Eq: return infix(expr, "==", machine);
    case LocExpr::Ne: return infix(expr, "!=", machine);
    case LocExpr::Lt: return infix(expr, "<", machine);
    case LocExpr::Le: return infix(expr, "<=", machine);
    case LocExpr::Gt: return infix(expr, ">", machine);
    case LocExpr::Ge: return infix(expr, ">=", machine);
  }
  internal_error("a node of a location that has no text");
}

}  // namespace

std::string hex(uint64_t value) {
  std::ostringstream text;
  text << "0x" << std::hex << value;
  return text.str();
}

std::string short_place(const debug::SourceLine& source) {
  if (source.line == 0) return "";
  return ct::terminal_safe(source.file.substr(source.file.rfind('/') + 1)) + ":" +
         std::to_string(source.line);
}

std::string count_of(size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string location_sentence(const VarLocation& location, uint16_t machine) {
  switch (location.kind) {
    case VarLocation::Memory:
      return "in memory, at " + (location.expr ? formula(*location.expr, machine) : "no address");
    case VarLocation::Pieces: {
      std::string text = "in " + count_of(location.pieces.size(), "piece") + ": ";
      const char* comma = "";
      for (const VarLocation::Piece& piece : location.pieces) {
        text += comma + count_of(piece.byte_size, "byte") + " " +
                (piece.location ? location_sentence(*piece.location, machine) : "nowhere");
        comma = "; ";
      }
      return text;
    }
    case VarLocation::ImplicitPointer:
      return "a pointer that the program does not keep; what it points to is " +
             (location.pointee ? location_sentence(*location.pointee, machine)
                               : std::string("not known"));
    case VarLocation::Unavailable:
      return location.why.empty() ? "nowhere: it is optimised out" : "nowhere: " + location.why;
    case VarLocation::Unsupported: return location.why;
    case VarLocation::Value: break;
  }
  if (!location.expr) return "nowhere";
  if (location.expr->op == LocExpr::Const)
    return "the constant " + std::to_string(location.expr->value);
  if (location.expr->op == LocExpr::Reg)
    return "in register " + register_name(location.expr->value, machine);
  return "the value of " + formula(*location.expr, machine);
}

std::optional<debug::Variable> visible_variable(const probes::CodePlace& place,
                                                const std::string& name) {
  for (const debug::Variable& each :
       place.module->variables_at(place.site.point.pc, true, place.scope))
    if (each.name == name) return each;
  return std::nullopt;
}

std::string nearest_first(std::vector<uint32_t> lines, uint32_t from) {
  constexpr size_t kShown = 12;
  auto distance = [&](uint32_t line) { return line > from ? line - from : from - line; };
  std::stable_sort(lines.begin(), lines.end(),
                   [&](uint32_t a, uint32_t b) { return distance(a) < distance(b); });
  std::string text;
  for (size_t i = 0; i < lines.size() && i < kShown; i++)
    text += (i ? ", " : "") + std::to_string(lines[i]);
  if (lines.size() > kShown) text += " and " + std::to_string(lines.size() - kShown) + " more";
  return text;
}

}  // namespace coretap::why
