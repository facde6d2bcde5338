#include "probes/location_ir.h"

#include <functional>

#include "dwarf/registers.h"
#include "support/internal_error.h"

namespace coretap::probes {

using debug::LocExpr;
using debug::VarLocation;
using ir::Op;
using ir::Operand;

namespace {

bool any_node(const LocExpr& expr, const std::function<bool(const LocExpr&)>& test) {
  if (test(expr)) return true;
  for (const debug::LocExprPtr& child : expr.children)
    if (any_node(*child, test)) return true;
  return false;
}

bool any_node(const VarLocation& location, const std::function<bool(const LocExpr&)>& test) {
  if (location.expr && any_node(*location.expr, test)) return true;
  for (const VarLocation::Piece& piece : location.pieces)
    if (piece.location && any_node(*piece.location, test)) return true;
  if (location.pointee && any_node(*location.pointee, test)) return true;
  return false;
}

ct::Status check_nodes(const VarLocation& location, const LocationSite& site) {
  auto uses = [&](LocExpr::Op op) {
    return any_node(location, [op](const LocExpr& node) { return node.op == op; });
  };
  if (uses(LocExpr::TlsAddr))
    return ct::Status(
        "it is thread-local, and nothing in the object says where a thread has it (as in 32-bit "
        "programs, and in libraries made with -mtls-dialect=gnu2)");
  bool lost = any_node(location, [&](const LocExpr& node) {
    return node.op == LocExpr::EntryReg && (!site.entry_known || node.children.empty());
  });
  if (lost && !site.at_entry)
    return ct::Status("it is only known as a register's value on entry of the function");
  const bool is_per_cpu = any_node(location, [&](const LocExpr& node) {
    return node.op == LocExpr::StaticAddr && site.kernel &&
           site.kernel->is_per_cpu(static_cast<uint64_t>(node.value));
  });
  if (site.kernel && !site.kernel->text && uses(LocExpr::StaticAddr))
    return ct::Status("it is a variable of a module, and nothing tells where the module's data is");
  if (is_per_cpu) return ct::Status("each CPU has one of its own (it is a per-CPU variable)");
  if (site.is_return && !site.fixed_address && !site.loaded && !site.kernel &&
      uses(LocExpr::StaticAddr))
    return ct::Status(
        "its address depends on where the object is loaded, which a .return probe cannot tell");
  return {};
}

Operand lower_select(const LocExpr& expr, const LocationSite& site, ir::Builder& to) {
  Operand condition = lower_location(*expr.children[0], site, to);
  ir::LocalId result = to.temp(ir::Ty::Long);
  auto branch = [&](size_t child) {
    return to.nested([&] {
      Operand value = lower_location(*expr.children[child], site, to);
      to.append(Op::Copy, {value}, result);
    });
  };
  ir::Block then_block = branch(1), else_block = branch(2);
  ir::Inst& inst = to.append(Op::If, {condition});
  inst.blocks.push_back(std::move(then_block));
  inst.blocks.push_back(std::move(else_block));
  return Operand::of(result);
}

Operand lower_binary(const LocExpr& expr, Op op, const LocationSite& site, ir::Builder& to) {
  Operand left = lower_location(*expr.children[0], site, to);
  Operand right = lower_location(*expr.children[1], site, to);
  if (op == Op::Add && right.kind == Operand::Int) return to.add(left, right.num);
  if (op == Op::Add && left.kind == Operand::Int) return to.add(right, left.num);
  // The IR has only the mirrored comparisons.
  bool is_mirrored = expr.op == LocExpr::Gt || expr.op == LocExpr::Ge;
  return is_mirrored ? to.value(op, {right, left}) : to.value(op, {left, right});
}

/// The number by which the kernel's side knows the register of a Reg or EntryReg.
unsigned number_of(const LocExpr& expr, const LocationSite& site) {
  return debug::kernel_register(site.machine, static_cast<unsigned>(expr.value));
}

/// A register's value as the program has it: of a 32-bit program the lower half of what the kernel has saved.
Operand as_in_program(Operand value, const LocationSite& site, ir::Builder& to) {
  const debug::MachineRegisters* machine = debug::registers_of(site.machine);
  if (!machine || machine->address_size == 8) return value;
  return to.value(Op::And, {value, Operand::integer(UINT32_MAX)});
}

/// How far an object was moved in the process where the probe fired; a run-time error if it is not there.
Operand moved_by(const LoadedObject& object, ir::Builder& to) {
  constexpr int64_t kTooMany = 3;  // CT_OBJECTS_TOO_MANY; what is odd is not a distance
  auto number = [](uint64_t value) { return ", " + std::to_string(value) + "ull"; };
  const debug::LoadMark& mark = object.mark;
  ir::LocalId moved = to.temp(ir::Ty::Long);
  to.embedded(EmbeddedC("/* bpf */ /* event */ /* user-memory */ /* pure */ /* walks 20000 */ "
                        "ct_object_moved(c" +
                        number(mark.dynamic) + number(mark.id_address) + number(mark.id[0]) +
                        number(mark.id[1]) + ")"),
              {}, moved);
  to.if_true(to.value(Op::And, {Operand::of(moved), Operand::integer(1)}), [&] {
    to.if_true(to.value(Op::Eq, {Operand::of(moved), Operand::integer(kTooMany)}), [&] {
      to.append(Op::Error, {Operand::string("this process has loaded too many objects to find '" +
                                            object.path + "' among them")});
    });
    to.append(Op::Error,
              {Operand::string("this process has not loaded '" + object.path + "' of this build")});
  });
  return Operand::of(moved);
}

/// A block is made when its thread first asks for it; before that the read is a run-time error.
Operand thread_block(const LocExpr& expr, const LocationSite& site, ir::Builder& to) {
  const Operand module = lower_location(*expr.children[0], site, to);
  const ir::LocalId block = to.temp(ir::Ty::Long);
  to.embedded(EmbeddedC("/* bpf */ /* event */ /* user-memory */ /* pure */ ct_thread_block(c, "
                        "STAP_ARG_module, " +
                        std::to_string(expr.value) + ")"),
              {module}, block);
  to.if_true(to.value(Op::Eq, {Operand::of(block), Operand::integer(0)}), [&] {
    to.append(Op::Error, {Operand::string("this thread has not used the thread-local variables of "
                                          "the object yet")});
  });
  return Operand::of(block);
}

void append_text(const LocExpr& expr, std::string& text) {
  text += '(' + std::to_string(expr.op) + ' ' + std::to_string(expr.value);
  if (expr.op == LocExpr::Deref)
    text += ' ' + std::to_string(expr.size) + (expr.is_signed ? "s" : "u");
  for (const debug::LocExprPtr& child : expr.children) append_text(*child, text);
  text += ')';
}

}  // namespace

ct::Status check_location(const VarLocation& location, const LocationSite& site) {
  const ct::Status optimised_out("it is optimised out here");
  switch (location.kind) {
    case VarLocation::Unavailable:
    case VarLocation::Unsupported:
      return location.why.empty() ? optimised_out : ct::Status(location.why);
    case VarLocation::Pieces: {
      // A piece that is gone matters only to those who read it; see PlaceEmitter::read_bytes.
      ct::Status last = optimised_out;
      for (const VarLocation::Piece& piece : location.pieces) {
        last = piece.location ? check_location(*piece.location, site)
                              : ct::Status("a part is missing");
        if (last) break;
      }
      return last;
    }
    case VarLocation::ImplicitPointer: return {};  // what it points to may still be read
    case VarLocation::Memory:
    case VarLocation::Value: break;
  }
  return location.expr ? check_nodes(location, site) : optimised_out;
}

bool uses_static_address(const VarLocation& location) {
  return any_node(location, [](const LocExpr& node) { return node.op == LocExpr::StaticAddr; });
}

bool uses_thread_pointer(const VarLocation& location) {
  return any_node(location, [](const LocExpr& node) { return node.op == LocExpr::ThreadPointer; });
}

void require_loaded(const LoadedObject& object, ir::Builder& to) { moved_by(object, to); }

Operand lower_location(const LocExpr& expr, const LocationSite& site, ir::Builder& to) {
  switch (expr.op) {
    case LocExpr::Const: return Operand::integer(expr.value);
    case LocExpr::StaticAddr: {
      if (site.loaded) return to.add(moved_by(*site.loaded, to), expr.value);
      if (site.fixed_address) return Operand::integer(expr.value);
      if (site.kernel) {
        ir::LocalId dst = to.temp(ir::Ty::Long);
        to.append(Op::KernelAddress, {}, dst).imm =
            expr.value - static_cast<int64_t>(site.kernel->text.value_or(0));
        return Operand::of(dst);
      }
      return to.add(to.value(Op::RegIp), expr.value - static_cast<int64_t>(site.point.pc));
    }
    case LocExpr::EntryReg:  // check_location lets it pass only where its value is known
      if (!site.at_entry && site.entry_register) {
        Operand cfa = lower_location(*expr.children[0], site, to);
        const Operand saved = site.entry_register(number_of(expr, site), cfa);
        return as_in_program(saved, site, to);
      }
      [[fallthrough]];
    case LocExpr::Reg: {
      ir::LocalId dst = to.temp(ir::Ty::Long);
      to.append(Op::Reg, {}, dst).imm = number_of(expr, site);
      return as_in_program(Operand::of(dst), site, to);
    }
    case LocExpr::Deref:
      return to.load(site.space, lower_location(*expr.children[0], site, to), expr.size,
                     expr.is_signed);
    case LocExpr::Neg:
      return to.value(Op::Sub, {Operand::integer(0), lower_location(*expr.children[0], site, to)});
    case LocExpr::Not:
      return to.value(Op::Xor, {lower_location(*expr.children[0], site, to), Operand::integer(-1)});
    case LocExpr::Select: return lower_select(expr, site, to);
    case LocExpr::ObjectAddr: return site.object;
    case LocExpr::ThreadPointer: {
      ir::LocalId dst = to.temp(ir::Ty::Long);
      to.embedded(EmbeddedC("/* event */ /* pure */ /* stable */ ct_thread_pointer()"), {}, dst);
      return Operand::of(dst);
    }
    case LocExpr::ThreadBlock: return thread_block(expr, site, to);
    case LocExpr::TlsAddr: return Operand::integer(0);  // refused by check_location
    case LocExpr::Add: return lower_binary(expr, Op::Add, site, to);
    case LocExpr::Sub: return lower_binary(expr, Op::Sub, site, to);
    case LocExpr::Mul: return lower_binary(expr, Op::Mul, site, to);
    case LocExpr::Div: return lower_binary(expr, Op::Div, site, to);
    case LocExpr::Mod: return lower_binary(expr, Op::Mod, site, to);
    case LocExpr::And: return lower_binary(expr, Op::And, site, to);
    case LocExpr::Or: return lower_binary(expr, Op::Or, site, to);
    case LocExpr::Xor: return lower_binary(expr, Op::Xor, site, to);
    case LocExpr::Shl: return lower_binary(expr, Op::Shl, site, to);
    case LocExpr::Shr: return lower_binary(expr, Op::Shr, site, to);
    case LocExpr::Sar: return lower_binary(expr, Op::Sar, site, to);
    case LocExpr::Eq: return lower_binary(expr, Op::Eq, site, to);
    case LocExpr::Ne: return lower_binary(expr, Op::Ne, site, to);
    case LocExpr::Lt:
    case LocExpr::Gt: return lower_binary(expr, Op::Lt, site, to);
    case LocExpr::Le:
    case LocExpr::Ge: return lower_binary(expr, Op::Le, site, to);
  }
  internal_error("a node of a location without its operation");
}

std::string location_words(const VarLocation& location, uint16_t machine) {
  switch (location.kind) {
    case VarLocation::Memory: return "in memory";
    case VarLocation::Pieces: return "in several pieces";
    case VarLocation::ImplicitPointer: return "not kept; what it points to is known";
    case VarLocation::Unavailable:
    case VarLocation::Unsupported: return "";
    case VarLocation::Value: break;
  }
  const LocExpr& expr = *location.expr;
  if (expr.op == LocExpr::Const) return "a constant";
  if (any_node(expr, [](const LocExpr& node) { return node.op == LocExpr::EntryReg; }))
    return "computed from a register as it was at the function's entry";
  if (expr.op != LocExpr::Reg) return "computed";
  const debug::RegisterInfo* info =
      debug::register_info(machine, static_cast<unsigned>(expr.value));
  return info ? std::string("in register ") + info->name : "in a register";
}

std::string location_text(const VarLocation& location) {
  std::string text = std::to_string(location.kind);
  if (location.expr) append_text(*location.expr, text);
  if (location.pointee)
    text += '>' + std::to_string(location.pointee_offset) + location_text(*location.pointee);
  for (const VarLocation::Piece& piece : location.pieces) {
    text += '[' + std::to_string(piece.byte_size) + ':';
    if (piece.location) text += location_text(*piece.location);
    text += ']';
  }
  return text;
}

}  // namespace coretap::probes
