// gcc's frame base is the canonical frame address (DW_OP_call_frame_cfa), which the unwind information gives
// at each instruction. LLVM's is a register (DW_OP_reg6 or DW_OP_reg7 on x86-64), and its locations on the stack
// count from that register as the function's body has it. At a return instruction the register is the caller's
// again, and DWARF does not say so (gdb shows another variable there).
//
// The unwind information has the distance: in the body, the canonical frame address is the register plus
// something. A frame pointer has one distance. A stack pointer has several: those of the prologue
// and the epilogue are smaller than the body's; larger ones, for arguments of calls, make it
// doubtful which one is the body's. Then nothing is read where the frame is gone.
#include "dwarf/frame_register.h"

#include <dwarf.h>

#include <algorithm>
#include <cstdlib>

#include "dwarf/die.h"
#include "dwarf/instruction.h"
#include "dwarf/lines.h"
#include "dwarf/location_compile.h"
#include "dwarf/registers.h"

namespace coretap::debug {
namespace {

/// The rule of a row of the unwind information, as far as it counts from one register.
struct Row {
  std::optional<int64_t> above;  ///< the canonical frame address is the register plus this
  uint64_t end = 0;              ///< of the code that the row is for
};

Row row_at(const DebugData& data, uint64_t pc, unsigned number) {
  std::unique_ptr<Dwarf_Frame, decltype(&free)> frame(data.frame_at(pc), &free);
  Row row;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (!frame || dwarf_frame_info(frame.get(), nullptr, &row.end, nullptr) < 0 ||
      dwarf_frame_cfa(frame.get(), &ops, &count) != 0 || count != 1)
    return row;
  const bool is_named = ops[0].atom == DW_OP_bregx && ops[0].number == number;
  if (is_named) row.above = static_cast<int64_t>(ops[0].number2);
  if (ops[0].atom == DW_OP_breg0 + number) row.above = static_cast<int64_t>(ops[0].number);
  return row;
}

bool is_frame_base(Dwarf_Die function, unsigned number) {
  Dwarf_Attribute attr;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (!function.addr || !dwarf_attr_integrate(&function, DW_AT_frame_base, &attr) ||
      die_expression(&attr, &ops, &count) != 0 || count != 1)
    return false;
  return ops[0].atom == DW_OP_reg0 + number ||
         (ops[0].atom == DW_OP_regx && ops[0].number == number);
}

/// The largest distance in the function.
std::optional<int64_t> largest_above(const DebugData& data, Dwarf_Die function, unsigned number) {
  std::optional<int64_t> largest;
  Dwarf_Addr base, lo, hi;
  for (ptrdiff_t offset = 0; (offset = dwarf_ranges(&function, offset, &base, &lo, &hi)) > 0;)
    for (uint64_t pc = lo; pc < hi;) {
      Row row = row_at(data, pc, number);
      if (row.end <= pc) break;  // no unwind information: a damaged range may be of any size
      if (row.above) largest = std::max(largest.value_or(*row.above), *row.above);
      pc = row.end;
    }
  return largest;
}

/// Where the line table says that the frame is set up; 0 if it does not.
uint64_t body_of(const DebugData& data, Dwarf_Die function) {
  std::optional<uint64_t> entry = die_entry_pc(&function);
  const Unit* unit = entry ? data.unit_at(*entry) : nullptr;
  if (!unit) return 0;
  for (const LineRow& row : data.lines(*unit).rows)
    if (row.prologue_end && row.address >= *entry && dwarf_haspc(&function, row.address) == 1)
      return row.address;
  return 0;
}

}  // namespace

LocExprPtr frame_register(const LocationContext& context, unsigned number, LocExprPtr own) {
  const DebugData& data = context.data;
  const uint16_t machine = data.object().machine();
  const MachineRegisters* registers = registers_of(machine);
  const InstructionSet* set = InstructionSet::of(machine);
  const bool is_stack_pointer = registers && number == registers->stack_pointer;
  const bool is_frame_pointer = registers && number == registers->frame_pointer;
  if (!set || (!is_stack_pointer && !is_frame_pointer) || !is_frame_base(context.function, number))
    return own;
  const uint64_t pc = context.point.pc;
  const Row here = row_at(data, pc, number);
  if (is_frame_pointer && here.above) return own;
  const std::optional<int64_t> largest = largest_above(data, context.function, number);
  if (!largest || here.above == largest) return own;
  if (is_stack_pointer) {
    if (row_at(data, body_of(data, context.function), number).above != largest) {
      if (here.above != static_cast<int64_t>(set->frame_above_stack())) return own;
      throw CannotCompile{"its place on the stack is not described where its function returns"};
    }
  }
  LocExprPtr cfa = compile_cfa(data, pc);
  if (!cfa) return own;
  return expr::binary(LocExpr::Sub, std::move(cfa), expr::constant(*largest));
}

}  // namespace coretap::debug
