// The unwind information (.eh_frame) says for each instruction where the canonical frame address is, and where the registers of
// the caller were saved. If the calls that led to an instruction are known, all of that is known before the program runs: the
// frames are one expression over the registers at the instruction and the memory of the stack.
//
// A caller's place is one byte before the address that it is returned to: the call itself may be the last of a function, or what
// comes behind it may have other rules (DWARF 5, 6.4.4).
#include "dwarf/caller_frames.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>

#include "dwarf/debug_data.h"
#include "dwarf/instruction.h"
#include "dwarf/location_compile.h"
#include "dwarf/location_machine.h"
#include "dwarf/registers.h"

namespace coretap::debug {
namespace {

using FramePtr = std::unique_ptr<Dwarf_Frame, decltype(&free)>;

class Frames {
 public:
  Frames(const DebugData& data, std::vector<uint64_t> places, unsigned stack_pointer)
      : data_(data), places_(std::move(places)), stack_pointer_(stack_pointer) {}

  /// Throws CannotCompile.
  LocExprPtr cfa(size_t frame) {
    return of_registers(run_cfa(location_context(data_, places_[frame])), frame);
  }

 private:
  /// The value of a register in a frame, as an expression over those of the innermost.
  LocExprPtr value(unsigned number, size_t frame) {
    if (frame == 0) return expr::reg(number);
    auto [known, is_new] = values_.try_emplace({frame, number});
    if (is_new) known->second = saved(number, frame - 1);
    return known->second;
  }

  /// What the function of `frame` leaves in a register for its caller.
  LocExprPtr saved(unsigned number, size_t frame) {
    if (number == stack_pointer_) return cfa(frame);
    FramePtr rules(data_.frame_at(places_[frame]), &free);
    Dwarf_Op memory[3];
    Dwarf_Op* ops = nullptr;
    size_t count = 0;
    if (!rules ||
        dwarf_frame_register(rules.get(), static_cast<int>(number), memory, &ops, &count) != 0)
      throw CannotCompile{"the unwind information has no rule for a register"};
    if (count == 0 && ops == memory)
      throw CannotCompile{"a register that it depends on is not kept by the calls"};
    if (count == 0) return value(number, frame);
    const VarLocation location =
        run_location(location_context(data_, places_[frame]), nullptr, ops, count);
    if (location.kind == VarLocation::Memory)
      return expr::deref(of_registers(location.expr, frame), data_.object().address_size());
    if (location.kind == VarLocation::Value) return of_registers(location.expr, frame);
    throw CannotCompile{location.why};
  }

  /// The expression with the registers of `frame` replaced by what they are in terms of the innermost's.
  LocExprPtr of_registers(const LocExprPtr& expression, size_t frame) {
    if (frame == 0) return expression;
    if (expression->op == LocExpr::Reg)
      return value(static_cast<unsigned>(expression->value), frame);
    if (expression->children.empty()) return expression;
    auto copy = std::make_shared<LocExpr>(*expression);
    for (LocExprPtr& child : copy->children) child = of_registers(child, frame);
    return copy;
  }

  const DebugData& data_;
  std::vector<uint64_t> places_;  ///< an address in the code of each frame
  unsigned stack_pointer_;
  std::map<std::pair<size_t, unsigned>, LocExprPtr> values_;
};

}  // namespace

ct::Result<std::vector<LocExprPtr>> find_return_slots(const DebugData& data, uint64_t pc,
                                                      const std::vector<uint64_t>& callers) {
  const MachineRegisters* registers = registers_of(data.object().machine());
  const InstructionSet* set = InstructionSet::of(data.object().machine());
  const unsigned below = set ? set->return_address_below_frame() : 0;
  if (!registers || below == 0)
    return ct::Status("the return address is not in memory on this machine");
  std::vector<uint64_t> places{pc};
  for (uint64_t caller : callers) places.push_back(caller - 1);
  Frames frames(data, places, registers->stack_pointer);
  std::vector<LocExprPtr> slots;
  try {
    for (size_t frame = 0; frame < callers.size(); frame++)
      slots.push_back(
          expr::binary(LocExpr::Sub, frames.cfa(frame), expr::constant(int64_t{below})));
  } catch (const CannotCompile& problem) {
    return ct::Status(problem.why);
  }
  return slots;
}

}  // namespace coretap::debug
