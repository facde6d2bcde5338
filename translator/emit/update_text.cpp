#include "emit/update_text.h"

namespace coretap {

using ir::Op;
using ir::UpdateStep;

std::string arithmetic_text(Op op, const std::string& a, const std::string& b) {
  std::string ua = "(u64)" + a;
  switch (op) {
    case Op::Add: return ua + " + " + b;
    case Op::Sub: return ua + " - " + b;
    case Op::Mul: return ua + " * " + b;
    case Op::And: return a + " & " + b;
    case Op::Or: return a + " | " + b;
    case Op::Xor: return a + " ^ " + b;
    case Op::Shl: return ua + " << (" + b + " & 63)";
    case Op::Shr: return ua + " >> (" + b + " & 63)";
    case Op::Sar: return "(s64)" + a + " >> (" + b + " & 63)";
    case Op::Eq: return a + " == " + b;
    case Op::Ne: return a + " != " + b;
    case Op::Lt: return a + " < " + b;
    case Op::Le: return a + " <= " + b;
    case Op::Ult: return ua + " < (u64)" + b;
    default: ir::no_case(op, "arithmetic_text");
  }
}

std::string update_text(const std::vector<UpdateStep>& steps, std::string old,
                        const std::vector<std::string>& values, const UpdateNames& names) {
  auto call = [&](const char* function, const std::string& a, const std::string& b) {
    return std::string(function) + "(" + a + ", " + b + ")";
  };
  for (size_t i = 0; i < steps.size(); ++i) {
    const UpdateStep& step = steps[i];
    const std::string& a = step.reversed ? values[i] : old;
    const std::string& b = step.reversed ? old : values[i];
    if (step.kind == UpdateStep::KeepLarger)
      old = call(names.larger, a, b);
    else if (step.kind == UpdateStep::KeepSmaller)
      old = call(names.smaller, a, b);
    else if (step.op == Op::Div)
      old = call(names.divide, a, b);
    else if (step.op == Op::Mod)
      old = call(names.modulo, a, b);
    else
      old = "(s64)(" + arithmetic_text(step.op, a, b) + ")";
  }
  return old;
}

}  // namespace coretap
