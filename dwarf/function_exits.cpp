// A function's exits are known if its code can be followed from the entry, and from the landing pads of
// exceptions, without a doubt: each jump goes to one of its own instructions, each indirect jump is a
// switch, all that is not padding is reached, and each return instruction finds the return address on
// top of the stack (by the unwind information: a `push; ret` is a jump). What leaves by a jump is a
// tail call: the function that it goes to returns for it.
//
// Assembly is not followed: there, functions jump into the middle of each other. Nor are functions
// that only the symbol table knows, if any bytes of the file look like a jump into them.
//
// A call that does not return may be followed by anything: clang -O0 puts a jump there, out of the
// function. What can be reached only through such a call may leave the function as it likes.
#include "dwarf/function_exits.h"

#include <dwarf.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/extent.h"
#include "dwarf/jump_sources.h"
#include "dwarf/landing_pads.h"
#include "dwarf/location_compile.h"
#include "dwarf/registers.h"

namespace coretap::debug {
namespace {

using Flow = Instruction::Flow;

/// With -mfunction-return=thunk-extern a function returns by a jump to this.
constexpr std::string_view kReturnThunk = "__x86_return_thunk";

bool is_assembly(const Unit& unit) { return unit.language == DW_LANG_Mips_Assembler; }
bool is_go(const Unit& unit) { return unit.language == DW_LANG_Go; }

std::string name_at(const DebugData& data, uint64_t address) {
  const FunctionSymbol* symbol = data.symbol_at(address);
  return symbol ? " '" + std::string(symbol->name) + "'" : "";
}

bool is_return_thunk(const DebugData& data, uint64_t address) {
  const FunctionSymbol* symbol = data.symbol_at(address);
  return symbol && symbol->address == address && symbol->name == kReturnThunk;
}

/// Is the canonical frame address at `pc` what a register holds plus `above`?
bool is_frame_at(const DebugData& data, uint64_t pc, unsigned dwarf_register, int64_t above) {
  LocExprPtr cfa = compile_cfa(data, pc);
  if (!cfa) return false;
  cfa = expr::unwrapped(cfa);
  int64_t offset = 0;
  if (cfa->op == LocExpr::Add && cfa->children[1]->op == LocExpr::Const) {
    offset = cfa->children[1]->value;
    cfa = cfa->children[0];
  }
  return cfa->op == LocExpr::Reg && cfa->value == dwarf_register && offset == above;
}

/// One function, looked through once.
class Walk {
 public:
  Walk(const DebugData& data, const CodeFlow& flow, const Extent& extent)
      : data_(data), flow_(flow), extent_(extent), unit_(data.unit_at(extent.entry)) {
    for (auto [lo, hi] : extent.ranges) {
      std::vector<uint64_t> pads = data.landing_pads().in(lo, hi);
      pads_.insert(pads_.end(), pads.begin(), pads.end());
    }
  }

  FunctionExits run() {
    FunctionExits exits;
    exits.obstacle = obstacle_of_kind();
    const std::vector<Instruction>& code = flow_.instructions();
    std::vector<bool> reached = flow_.reachable(entrances()), runs = running();
    for (size_t i = 0; i < code.size() && exits.obstacle.empty(); i++) {
      if (!reached[i]) {
        if (!code[i].is_padding) exits.obstacle = "it has code that nothing seems to lead to";
        continue;
      }
      if (returns(code[i]))
        exits.returns.push_back(code[i].address);
      else if (runs[i])
        exits.obstacle = obstacle_at(i);
    }
    const uint16_t machine = data_.object().machine();
    const unsigned above = InstructionSet::of(machine)->frame_above_stack();
    for (uint64_t address : exits.returns)
      if (exits.obstacle.empty() &&
          !is_frame_at(data_, address, registers_of(machine)->stack_pointer, above))
        exits.obstacle = "its unwind information does not say that it returns where it seems to";
    if (!exits.obstacle.empty()) exits.returns.clear();
    return exits;
  }

 private:
  std::string obstacle_of_kind() const {
    if (unit_ && is_assembly(*unit_)) return "it is written in assembly";
    if (extent_.source == Extent::Dwarf) return "";
    auto is_code = [&](uint64_t address) {
      const CodeFlow* flow = data_.code_flow(address);
      return !flow || flow->is_instruction(address);
    };
    for (auto [lo, hi] : extent_.ranges)
      if (data_.jump_sources().jumps_into(lo, hi, extent_.ranges, is_code))
        return "other code seems to jump into it";
    return "";
  }

  /// Where the code is entered but at its beginning. A Go function is, when a panic is recovered, at a
  /// place that no instruction names.
  std::vector<uint64_t> entrances() const {
    if (!unit_ || !is_go(*unit_)) return pads_;
    return flow_.unexplained();
  }

  /// What can be reached by calls that come back: a flag for each instruction.
  std::vector<bool> running() const {
    std::vector<bool> runs(flow_.instructions().size(), false);
    std::vector<uint64_t> starts = entrances();
    starts.push_back(flow_.entry());
    flow_.walk(starts, [&](const Instruction& one) {
      runs[*flow_.index_of(one.address)] = true;
      const bool is_call = one.flow == Flow::Call || one.flow == Flow::IndirectCall;
      return !is_call || !data_.never_returns(one);
    });
    return runs;
  }

  bool returns(const Instruction& one) const {
    return one.flow == Flow::Return ||
           (one.flow == Flow::Jump && is_return_thunk(data_, one.target));
  }

  bool is_inside(uint64_t address) const { return flow_.is_instruction(address); }

  /// Why the instruction leaves the function in a way that is not a return; "" if it does not.
  std::string obstacle_at(size_t index) const {
    const std::vector<Instruction>& code = flow_.instructions();
    const Instruction& one = code[index];
    const bool goes_on_inside = index + 1 < code.size() && code[index + 1].address == one.end();
    switch (one.flow) {
      case Flow::Jump:
      case Flow::ConditionalJump:
        if (!is_inside(one.target)) return "it leaves by a tail call of" + target(one.target);
        break;
      case Flow::IndirectJump:
        if (!flow_.is_switch(data_.object(), one.address, extent_.source != Extent::Dwarf))
          return "it leaves by a jump to an address that it computes";
        break;
      case Flow::Call:
        if (one.target != extent_.entry && is_inside(one.target))
          return "it calls a place within itself";
        return "";
      case Flow::IndirectCall: return "";
      case Flow::Next: break;
      case Flow::Return:
      case Flow::End: return "";
    }
    return one.falls_through() && !goes_on_inside ? "its code goes on in the next function's" : "";
  }

  std::string target(uint64_t address) const {
    std::string name = name_at(data_, address);
    return name.empty() ? " another function" : name;
  }

  const DebugData& data_;
  const CodeFlow& flow_;
  const Extent& extent_;
  const Unit* unit_;
  std::vector<uint64_t> pads_;
};

/// Does code that runs for the function at `entry`, or for one that it ends in by a tail call, read the
/// place of the return address?
bool reads_return_address(const DebugData& data, uint64_t entry) {
  constexpr size_t kMostTailCalls = 8;
  const InstructionSet* set = InstructionSet::of(data.object().machine());
  std::vector<uint64_t> pending{entry};
  for (size_t i = 0; i < pending.size() && i < kMostTailCalls; i++) {
    const CodeFlow* flow = data.code_flow(pending[i]);
    if (!flow) continue;
    for (const Instruction& one : flow->instructions()) {
      if (one.reads_at_register && one.flow != Flow::Return &&
          is_frame_at(data, one.address, *one.reads_at_register,
                      one.reads_at_offset + set->return_address_below_frame()))
        return true;
      const bool jumps = one.flow == Flow::Jump || one.flow == Flow::ConditionalJump;
      if (jumps && !flow->is_instruction(one.target) && !is_return_thunk(data, one.target))
        pending.push_back(one.target);
    }
  }
  return false;
}

bool calls_through_pointer(const CodeFlow& flow) {
  return std::any_of(flow.instructions().begin(), flow.instructions().end(),
                     [](const Instruction& one) { return one.flow == Flow::IndirectCall; });
}

bool may_nest(const DebugData& data, const CodeFlow& flow, uint64_t entry) {
  if (calls_through_pointer(flow)) return true;
  for (const Instruction& one : flow.instructions()) {
    if (one.flow != Flow::Call) continue;
    if (one.target == entry) return true;
    const CodeFlow* callee = data.code_flow(one.target);
    if (callee && calls_through_pointer(*callee)) return true;
  }
  return false;
}

}  // namespace

FunctionExits find_exits(const DebugData& data, uint64_t entry) {
  FunctionExits exits;
  Extent extent = find_extent(data, entry);
  const CodeFlow* flow = extent.ranges.empty() ? nullptr : data.code_flow(entry);
  if (!flow || extent.entry != entry) {
    exits.obstacle = "its code cannot be followed";
    exits.may_nest = true;
    return exits;
  }
  exits = Walk(data, *flow, extent).run();
  exits.reads_return_address = reads_return_address(data, entry);
  exits.may_nest = may_nest(data, *flow, entry);
  for (const Instruction& one : flow->instructions())
    exits.popped = std::max<unsigned>(exits.popped, one.popped);
  if (std::optional<size_t> first = flow->index_of(entry))
    exits.entry_is_cheap = flow->instructions()[*first].is_emulated;
  for (auto [lo, hi] : extent.ranges)
    exits.has_landing_pads |= data.landing_pads().has_area(lo, hi);
  return exits;
}

// ------------------------------------------------------------------ the module

namespace {

/// Names in the symbol table by which a program, or what it was linked with, gives itself away.
const std::set<std::string_view> kThrowing = {"__gxx_personality_v0",  "__cxa_throw",
                                              "rust_eh_personality",   "__gnat_personality_v0",
                                              "__objc_personality_v0", "__gdc_personality_v0",
                                              "_d_eh_personality",     "_Unwind_RaiseException"};
const std::set<std::string_view> kSwitching = {"swapcontext", "setcontext", "makecontext",
                                               "jump_fcontext"};

}  // namespace

StackUse find_stack_use(const DebugData& data) {
  StackUse use;
  const ElfFile& object = data.object();
  for (const char* section : {".gopclntab", ".go.buildinfo", ".note.go.buildid"})
    use.is_go |= object.section(section).data != nullptr;
  bool named = false;
  const bool is_library = object.is_library();
  auto look = [&](std::string_view name, bool is_defined) {
    named = true;
    use.throws |= name.starts_with("_Z") || name.starts_with("_RN") || kThrowing.count(name) != 0;
    // The C library has these for others.
    use.switches_stacks |= (!is_defined || !is_library) && kSwitching.count(name) != 0;
  };
  object.for_each_name(look);
  if (data.debug_file() && data.debug_file() != &object) data.debug_file()->for_each_name(look);
  if (!named) use.throws |= data.landing_pads().any();
  return use;
}

}  // namespace coretap::debug
