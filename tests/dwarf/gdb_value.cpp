#include "gdb_value.h"

#include <elf.h>

#include "debug_test.h"
#include "dwarf/registers.h"

namespace coretap::debug {

std::string gdb_expression(const LocExpr& tree) {
  std::vector<std::string> parts;
  for (const LocExprPtr& child : tree.children) {
    parts.push_back(gdb_expression(*child));
    if (parts.back().empty()) return "";
  }
  auto infix = [&](const char* op) { return "(" + parts[0] + " " + op + " " + parts[1] + ")"; };
  auto of_signed = [&](const char* op) {
    return "(unsigned long)((long)" + parts[0] + " " + op + " (long)" + parts[1] + ")";
  };
  switch (tree.op) {
    case LocExpr::Const: return "((unsigned long)" + hex(static_cast<uint64_t>(tree.value)) + ")";
    case LocExpr::StaticAddr:
      return "((unsigned long)" + hex(static_cast<uint64_t>(tree.value)) + ")";
    case LocExpr::Reg:
      return std::string("((unsigned long)$") +
             register_info(EM_X86_64, static_cast<unsigned>(tree.value))->name + ")";
    case LocExpr::Deref: {
      const char* types[] = {"", "char", "short", "", "int", "", "", "", "long"};
      std::string type = std::string(tree.is_signed ? "" : "unsigned ") + types[tree.size];
      return "((unsigned long)*(" + type + "*)" + parts[0] + ")";
    }
    case LocExpr::Add: return infix("+");
    case LocExpr::Sub: return infix("-");
    case LocExpr::Mul: return infix("*");
    case LocExpr::And: return infix("&");
    case LocExpr::Or: return infix("|");
    case LocExpr::Xor: return infix("^");
    case LocExpr::Shl: return infix("<<");
    case LocExpr::Shr: return infix(">>");
    case LocExpr::Sar: return "((unsigned long)((long)" + parts[0] + " >> " + parts[1] + "))";
    case LocExpr::Neg: return "(-" + parts[0] + ")";
    case LocExpr::Not: return "(~" + parts[0] + ")";
    case LocExpr::Eq: return of_signed("==");
    case LocExpr::Ne: return of_signed("!=");
    case LocExpr::Lt: return of_signed("<");
    case LocExpr::Le: return of_signed("<=");
    case LocExpr::Gt: return of_signed(">");
    case LocExpr::Ge: return of_signed(">=");
    case LocExpr::Div: return of_signed("/");
    case LocExpr::Mod: return of_signed("%");
    case LocExpr::Select: return "(" + parts[0] + " != 0 ? " + parts[1] + " : " + parts[2] + ")";
    case LocExpr::ThreadPointer: return "((unsigned long)$fs_base)";
    case LocExpr::EntryReg:
    case LocExpr::ThreadBlock:
    case LocExpr::TlsAddr:
    case LocExpr::ObjectAddr: return "";
  }
  return "";
}

std::string scalar_expression(const Type& type, const VarLocation& location) {
  const char* types[] = {"", "char", "short", "", "int", "", "", "", "long"};
  if (!type.is_scalar() || !location.expr || types[type.byte_size()][0] == 0) return "";
  std::string value = gdb_expression(*location.expr);
  if (value.empty()) return "";
  std::string c_type =
      std::string(type.is_signed() ? "signed " : "unsigned ") + types[type.byte_size()];
  return location.kind == VarLocation::Memory ? "(long)*(" + c_type + "*)" + value
                                              : "(long)(" + c_type + ")" + value;
}

}  // namespace coretap::debug
