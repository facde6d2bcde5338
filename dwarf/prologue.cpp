// Unoptimised code copies its parameters from registers to the stack first, and DWARF describes
// only the copies, with one location for the whole function. Before the copying is done, that
// location holds garbage. So the probe of such a function goes behind the prologue, which ends
// where the line table says (DW_LNS_set_prologue_end: clang) or, as gdb has it for gcc, at the
// second row of the function. Optimised code describes parameters by location lists that begin at
// the entry; there the entry itself is right, and a "second row" would be any odd instruction.
//
// The sign of the first kind is therefore taken from the parameters themselves, not from compiler
// flags (clang records none): one location expression, in memory, that is not the caller's
// stack-argument area. Where the body begins with a loop, the prologue's end would be passed on each
// turn; the probe then stays at the entry, and parameters come from the argument registers (see
// compile_location).
//
// A Go function first looks whether its stack is large enough. If not, it has the stack moved to a
// larger place, and begins anew: its first instruction runs twice in one call. The probe goes behind that
// look; parameters are still where they were.
#include "dwarf/prologue.h"

#include <dwarf.h>
#include <elf.h>

#include <algorithm>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/lines.h"
#include "dwarf/location_compile.h"

namespace coretap::debug {
namespace {

bool is_single_op(Dwarf_Die* die, unsigned attribute, uint8_t wanted) {
  Dwarf_Attribute attr;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  return dwarf_attr_integrate(die, attribute, &attr) && die_expression(&attr, &ops, &count) == 0 &&
         count == 1 && ops[0].atom == wanted;
}

bool is_copied(const DebugData& data, Dwarf_Die* parameter, bool frame_base_is_cfa) {
  Dwarf_Attribute attr;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (!dwarf_attr_integrate(parameter, DW_AT_location, &attr)) return false;
  // dwarf_getlocation refuses location lists, which is the distinction wanted here.
  if (die_expression(&attr, &ops, &count) != 0 || count == 0) return false;
  if (ops[0].atom != DW_OP_fbreg)
    return ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31 &&
           !is_described_by_address(data, parameter);
  // Above the CFA are the arguments that the caller pushed; they are there from the start.
  return !frame_base_is_cfa || static_cast<int64_t>(ops[0].number) < 0;
}

}  // namespace

bool is_copied_by_prologue(const DebugData& data, Dwarf_Die* function, Dwarf_Die* parameter) {
  return is_copied(data, parameter, is_single_op(function, DW_AT_frame_base, DW_OP_call_frame_cfa));
}

uint64_t find_prologue_end(const DebugData& data, const Unit& unit, Dwarf_Die* function,
                           uint64_t entry) {
  if (unit.language == DW_LANG_Go) {
    const CodeFlow* flow = data.code_flow(entry);
    return flow ? flow->behind_stack_check() : entry;
  }
  // Arguments are on the stack, where the prologue moves the stack pointer, which counts for those that are asked for by number.
  if (data.object().machine() == EM_386) return entry;
  if (unit.producer.gcc && unit.producer.optimized) return entry;
  bool copied = false;
  for_each_child(function, [&](Dwarf_Die* die) {
    if (dwarf_tag(die) == DW_TAG_formal_parameter)
      copied = copied || is_copied_by_prologue(data, function, die);
    return !copied;
  });
  if (!copied) return entry;

  uint64_t function_end = entry;
  for_each_range(function, [&](uint64_t lo, uint64_t hi) {
    if (entry >= lo && entry < hi) function_end = hi;
  });
  const std::vector<LineRow>& rows = data.lines(unit).rows;
  auto row = std::lower_bound(rows.begin(), rows.end(), entry,
                              [](const LineRow& r, uint64_t pc) { return r.address < pc; });
  if (row == rows.end() || row->address != entry) return entry;
  uint64_t end = 0;
  for (; row != rows.end() && row->address < function_end; ++row) {
    if (row->address == entry) continue;
    if (end == 0) end = row->address;
    if (!row->prologue_end) continue;
    end = row->address;
    break;
  }
  if (end == 0) return entry;
  // A body that begins with a loop would run its first instruction, and a probe there, each turn.
  const CodeFlow* flow = data.code_flow(entry);
  return flow && flow->is_jump_target(end) ? entry : end;
}

}  // namespace coretap::debug
