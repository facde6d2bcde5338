// libdw finds the rules of an address and gives each as a DWARF expression. What an expression can ask is in the copy: the
// registers of the frame, and the stack's memory.
#include "unwind.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <optional>

namespace ct {
namespace {

/// DWARF's numbers for registers that have a part in calls, by architecture.
#if defined(__x86_64__)
constexpr unsigned kFramePointer = 6, kStackPointer = 7, kReturnAddress = 16, kRegisters = 17;
#elif defined(__aarch64__)
constexpr unsigned kFramePointer = 29, kStackPointer = 31, kReturnAddress = 30, kRegisters = 32;
#endif

std::string hex(u64 value) {
  char text[24];
  snprintf(text, sizeof text, "0x%llx", value);
  return text;
}

struct Registers {
  u64 value[kRegisters] = {};
  bool known[kRegisters] = {};
};

/// Where an expression leads to.
struct Computed {
  u64 value;
  bool is_value;     ///< else it is an address
  bool is_register;  ///< `value` is its number
};

class Unwinder {
 public:
  Unwinder(const ct_rec_ustack& record, const AddressSpace& space)
      : record_(record), space_(space), memory_(reinterpret_cast<const char*>(&record + 1)) {
    for (unsigned i = 0; i < kRegisters && i < CT_USTACK_REGISTERS; ++i) {
      registers_.value[i] = record.regs[i];
      registers_.known[i] = true;
    }
    pc_ = record.pc;
#if defined(__x86_64__)
    registers_.value[kReturnAddress] = pc_;
    registers_.known[kReturnAddress] = true;
#endif
  }

  UserStack run(u32 most) {
    UserStack stack;
    stack.is_there = true;
    bool is_call = record_.is_return == CT_USTACK_OF_CALLER;  // pc is behind a call
    if (record_.is_return == CT_USTACK_OF_FUNCTION) {
      Frame function = frame_at(space_, record_.hdr.pid, record_.uid, pc_, pc_);
      is_call = true;
      if (!step(function, is_call)) {
        stack.frames.push_back(function);
        stack.why = why_;
        return stack;
      }
    }
    for (;;) {
      if (stack.frames.size() == most) {
        why_ = "MAXBACKTRACE is " + std::to_string(most);
        break;
      }
      stack.frames.push_back(
          frame_at(space_, record_.hdr.pid, record_.uid, pc_, is_call ? pc_ - 1 : pc_));
      is_call = true;
      if (!step(stack.frames.back(), is_call)) break;
    }
    stack.why = why_;
    return stack;
  }

 private:
  /// To the caller. False: there is none, or why_ says why it is not found. `is_call`: did the frame call it?
  bool step(Frame& frame, bool& is_call) {
    if (!frame.file) return stop("nothing is mapped at " + hex(frame.pc));
    if (frame.file->path().empty()) return step_by_pointer(frame);
    if (frame.bias == kNoBias) {
      const std::string& why = frame.file->why_not();
      return stop("'" + frame.file->path() +
                  "' cannot be read: " + (why.empty() ? "it has no such segment" : why));
    }
    const u64 address = frame.place - frame.bias;
    Dwarf_Frame* rules = frame.file->rules(address);
    if (!rules) {
      if (frame.file->is_jump_of_plt(address)) return step_from_plt();
      // The psABI: the frame pointer of the outermost frame is 0.
      if (registers_.known[kFramePointer] && registers_.value[kFramePointer] == 0) return false;
      return stop("'" + frame.file->path() + "' does not say how to unwind from " + hex(frame.pc));
    }
    bool is_signal_frame = false;
    dwarf_frame_info(rules, nullptr, nullptr, &is_signal_frame);
    is_call = !is_signal_frame;
    // Nobody has called what the kernel lets a handler return to: it is where pc is, the rules begin a byte before.
    if (is_signal_frame) frame.place = frame.pc;
    return apply(rules);
  }

  /// Linkers write no rules for the entries of static programs, and some linkers for none. What an entry begins with leaves
  /// the stack and the registers as the call made them.
  bool step_from_plt() {
#if defined(__x86_64__)
    return_at_ = registers_.value[kStackPointer];
    u64 pc = 0;
    if (!registers_.known[kStackPointer] || !read(return_at_, sizeof pc, pc)) return stop();
    if (!undo_uretprobe(pc)) return false;
    registers_.value[kStackPointer] = return_at_ + sizeof pc;
    pc_ = registers_.value[kReturnAddress] = pc;
    return true;
#else
    return stop("the code is of a procedure linkage table without rules");
#endif
  }

  bool apply(Dwarf_Frame* rules) {
    Dwarf_Op* ops;
    size_t count;
    if (dwarf_frame_cfa(rules, &ops, &count) != 0 || count == 0)
      return stop("a rule for unwinding is damaged");
    std::optional<Computed> cfa = evaluate(ops, count, 0);
    if (!cfa) return stop();
    if (cfa->is_register) return stop("a rule for unwinding is damaged");
    Registers caller;
    return_at_ = 0;
    for (unsigned number = 0; number < kRegisters; ++number)
      if (!recover(rules, number, cfa->value, caller)) return false;
    caller.value[kStackPointer] = cfa->value;
    caller.known[kStackPointer] = true;
    if (!caller.known[kReturnAddress]) return false;  // the outermost frame says so
    u64 pc = caller.value[kReturnAddress];
    if (pc == 0) return false;
    if (!undo_uretprobe(pc)) return false;
    if (cfa->value == registers_.value[kStackPointer] && pc == pc_)
      return stop("the stack goes round");
    registers_ = caller;
    pc_ = pc;
    return true;
  }

  /// Register `number` of the caller. A rule that cannot be followed matters only if the register is needed later; but of
  /// the return address it ends the stack.
  bool recover(Dwarf_Frame* rules, unsigned number, u64 cfa, Registers& caller) {
    Dwarf_Op memory[3];
    Dwarf_Op* ops = nullptr;
    size_t count = 0;
    if (dwarf_frame_register(rules, static_cast<int>(number), memory, &ops, &count) != 0)
      return number != kReturnAddress || stop("a rule for unwinding is damaged");
    if (!ops) {  // as it is
      caller.value[number] = registers_.value[number];
      caller.known[number] = registers_.known[number];
      return true;
    }
    if (count == 0) return true;  // undefined
    std::optional<Computed> result = evaluate(ops, count, cfa);
    if (result && !result->is_value && !result->is_register) {
      if (number == kReturnAddress) return_at_ = result->value;
      u64 value = 0;
      if (read(result->value, sizeof value, value))
        result->value = value;
      else
        result.reset();
    } else if (result && result->is_register) {
      const unsigned from = static_cast<unsigned>(result->value);
      if (from < kRegisters && registers_.known[from])
        result->value = registers_.value[from];
      else
        result = fail("register " + std::to_string(from) + " of a frame is not known");
    }
    if (!result) {
      if (number == kReturnAddress) return stop();
      fault_.clear();
      return true;
    }
    caller.value[number] = result->value;
    caller.known[number] = true;
    return true;
  }

  /// A uretprobe, ours or another's, has put the address of a trampoline in the place of the return address.
  bool undo_uretprobe(u64& pc) {
    u64 start;
    const Mapping* mapping = mapping_of(space_, pc, start);
    if (!mapping || mapping->file->path() != "[uprobes]") return true;
    for (u32 i = 0; i < record_.return_count && i < CT_USTACK_RETURNS; ++i) {
      if (record_.returns[i].at != return_at_) continue;
      pc = record_.returns[i].address;
      return true;
    }
    return stop("a uretprobe has replaced a return address");
  }

  bool step_by_pointer(const Frame& frame) {
    const u64 pointer = registers_.value[kFramePointer];
    if (registers_.known[kFramePointer] && pointer == 0) return false;
    u64 next = 0, pc = 0, start = 0;
    if (!registers_.known[kFramePointer] || pointer < registers_.value[kStackPointer] ||
        pointer % 8 != 0 || !read(pointer, 8, next) || !read(pointer + 8, 8, pc) ||
        !mapping_of(space_, pc, start))
      return stop("the code at " + hex(frame.pc) +
                  " is not from a file, and it has no frame pointer");
    Registers caller;
    caller.value[kFramePointer] = next;
    caller.value[kStackPointer] = pointer + 16;
    caller.known[kFramePointer] = caller.known[kStackPointer] = true;
    registers_ = caller;
    pc_ = pc;
    return true;
  }

  bool read(u64 address, unsigned size, u64& value) {
    if (address >= record_.sp && address - record_.sp + size <= record_.copied) {
      value = 0;
      memcpy(&value, memory_ + (address - record_.sp), size);
      return true;
    }
    if (address < record_.sp || address - record_.sp > (64u << 20))
      fault_ = "the memory at " + hex(address) + " is not on the stack that was copied";
    else if (record_.is_unreadable)
      fault_ = "the stack could not be read from " + hex(record_.sp + record_.copied) + " on";
    else
      fault_ = "the stack goes on behind the " + std::to_string(record_.copied) +
               " bytes that were copied";
    return false;
  }

  std::optional<Computed> fail(const std::string& why) {
    fault_ = why;
    return std::nullopt;
  }

  /// DWARF 5, 2.5, as far as rules for unwinding use it.
  std::optional<Computed> evaluate(const Dwarf_Op* ops, size_t count, u64 cfa) {
    std::vector<u64> stack;
    const char* const damaged = "a rule for unwinding is damaged";
    bool is_value = false;
    for (size_t i = 0; i < count; ++i) {
      const Dwarf_Op& op = ops[i];
      const unsigned atom = op.atom;
      auto top = [&](size_t depth) -> u64& { return stack[stack.size() - 1 - depth]; };
      if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) {
        stack.push_back(atom - DW_OP_lit0);
        continue;
      }
      if ((atom >= DW_OP_breg0 && atom <= DW_OP_breg31) || atom == DW_OP_bregx) {
        const u64 number = atom == DW_OP_bregx ? op.number : atom - DW_OP_breg0;
        const u64 offset = atom == DW_OP_bregx ? op.number2 : op.number;
        if (number >= kRegisters || !registers_.known[number])
          return fail("register " + std::to_string(number) + " of a frame is not known");
        stack.push_back(registers_.value[number] + offset);
        continue;
      }
      if ((atom >= DW_OP_reg0 && atom <= DW_OP_reg31) || atom == DW_OP_regx)
        return Computed{atom == DW_OP_regx ? op.number : atom - DW_OP_reg0, false, true};
      size_t needs = 0;
      switch (atom) {
        case DW_OP_dup:
        case DW_OP_drop:
        case DW_OP_deref:
        case DW_OP_deref_size:
        case DW_OP_plus_uconst:
        case DW_OP_neg:
        case DW_OP_not:
        case DW_OP_abs: needs = 1; break;
        case DW_OP_swap:
        case DW_OP_over:
        case DW_OP_plus:
        case DW_OP_minus:
        case DW_OP_mul:
        case DW_OP_and:
        case DW_OP_or:
        case DW_OP_xor:
        case DW_OP_shl:
        case DW_OP_shr:
        case DW_OP_shra:
        case DW_OP_eq:
        case DW_OP_ne:
        case DW_OP_lt:
        case DW_OP_le:
        case DW_OP_gt:
        case DW_OP_ge: needs = 2; break;
        case DW_OP_rot: needs = 3; break;
        default: break;
      }
      if (stack.size() < needs) return fail(damaged);
      auto binary = [&](u64 value) {
        stack.pop_back();
        stack.back() = value;
      };
      switch (atom) {
        case DW_OP_nop: break;
        case DW_OP_addr:
        case DW_OP_const1u:
        case DW_OP_const1s:
        case DW_OP_const2u:
        case DW_OP_const2s:
        case DW_OP_const4u:
        case DW_OP_const4s:
        case DW_OP_const8u:
        case DW_OP_const8s:
        case DW_OP_constu:
        case DW_OP_consts: stack.push_back(op.number); break;
        case DW_OP_call_frame_cfa: stack.push_back(cfa); break;
        case DW_OP_stack_value: is_value = true; break;
        case DW_OP_dup: stack.push_back(top(0)); break;
        case DW_OP_drop: stack.pop_back(); break;
        case DW_OP_over: stack.push_back(top(1)); break;
        case DW_OP_swap: std::swap(top(0), top(1)); break;
        case DW_OP_rot: {
          const u64 first = top(0);
          top(0) = top(1);
          top(1) = top(2);
          top(2) = first;
          break;
        }
        case DW_OP_deref:
        case DW_OP_deref_size: {
          const u64 size = atom == DW_OP_deref ? 8 : op.number;
          if (size == 0 || size > 8) return fail(damaged);
          if (!read(top(0), static_cast<unsigned>(size), top(0))) return std::nullopt;
          break;
        }
        case DW_OP_plus_uconst: top(0) += op.number; break;
        case DW_OP_neg: top(0) = -top(0); break;
        case DW_OP_not: top(0) = ~top(0); break;
        case DW_OP_abs:
          if (static_cast<s64>(top(0)) < 0) top(0) = -top(0);
          break;
        case DW_OP_plus: binary(top(1) + top(0)); break;
        case DW_OP_minus: binary(top(1) - top(0)); break;
        case DW_OP_mul: binary(top(1) * top(0)); break;
        case DW_OP_and: binary(top(1) & top(0)); break;
        case DW_OP_or: binary(top(1) | top(0)); break;
        case DW_OP_xor: binary(top(1) ^ top(0)); break;
        case DW_OP_shl: binary(top(0) < 64 ? top(1) << top(0) : 0); break;
        case DW_OP_shr: binary(top(0) < 64 ? top(1) >> top(0) : 0); break;
        case DW_OP_shra:
          binary(static_cast<u64>(static_cast<s64>(top(1)) >> (top(0) < 64 ? top(0) : 63)));
          break;
        case DW_OP_eq: binary(top(1) == top(0)); break;
        case DW_OP_ne: binary(top(1) != top(0)); break;
        case DW_OP_lt: binary(static_cast<s64>(top(1)) < static_cast<s64>(top(0))); break;
        case DW_OP_le: binary(static_cast<s64>(top(1)) <= static_cast<s64>(top(0))); break;
        case DW_OP_gt: binary(static_cast<s64>(top(1)) > static_cast<s64>(top(0))); break;
        case DW_OP_ge: binary(static_cast<s64>(top(1)) >= static_cast<s64>(top(0))); break;
        default:
          return fail("a rule for unwinding uses operation " + hex(atom) + ", which is not known");
      }
    }
    if (stack.empty()) return fail(damaged);
    return Computed{stack.back(), is_value, false};
  }

  bool stop(const std::string& why) {
    why_ = why;
    return false;
  }
  bool stop() { return stop(fault_); }

  const ct_rec_ustack& record_;
  const AddressSpace& space_;
  const char* memory_;
  Registers registers_;
  u64 pc_ = 0;
  u64 return_at_ = 0;  ///< where the return address was
  std::string why_, fault_;
};

}  // namespace

const Mapping* mapping_of(const AddressSpace& space, u64 address, u64& start) {
  auto after = space.upper_bound(address);
  if (after == space.begin()) return nullptr;
  --after;
  if (address >= after->second.end) return nullptr;
  start = after->first;
  return &after->second;
}

Frame frame_at(const AddressSpace& space, u32 pid, u32 uid, u64 pc, u64 place) {
  Frame frame = {pc, place, nullptr, pid, uid, kNoBias};
  u64 start = 0, address = 0;
  const Mapping* mapping = mapping_of(space, place, start);
  if (!mapping) return frame;
  frame.file = mapping->file;
  if (frame.file->open(pid, start, mapping->end, mapping->since) &&
      frame.file->address_of(place - start + mapping->offset, address))
    frame.bias = place - address;
  return frame;
}

UserStack unwind(const ct_rec_ustack& record, const AddressSpace* space, u32 most) {
  UserStack stack;
  switch (record.state) {
    case CT_USTACK_KERNEL_THREAD: stack.why = "the task is a thread of the kernel"; return stack;
    case CT_USTACK_OTHER_TASK:
      stack.why = "the probe tells of a task that is not running";
      return stack;
    case CT_USTACK_32_BIT: stack.why = "the process runs 32-bit code"; return stack;
    default: break;
  }
  if (!space || space->empty()) {
    stack.is_there = true;
    stack.frames.push_back({record.pc, record.pc, nullptr, record.hdr.pid, record.uid, kNoBias});
    stack.why = "what the process has mapped is not known";
    return stack;
  }
  return Unwinder(record, *space).run(most);
}

}  // namespace ct
