// The kernel's uapi has the fields; what an opcode means is said in Documentation/bpf/standardization/instruction-set.rst.
#include "explain/bpf_text.h"

#include <cstdint>

#include "runtime/common/bpf_helpers.h"

namespace coretap::explain {
namespace {

const struct {
  const char *name, *sentence;
} kHelpers[] = {
    {"map_lookup_elem", "Finds the element of a map by its key, and gives its address."},
    {"map_update_elem", "Makes or changes the element of a map."},
    {"map_delete_elem", "Removes the element of a map."},
    {"map_push_elem", "Puts a value at the end of a queue."},
    {"map_pop_elem", "Takes the first value of a queue."},
    {"map_peek_elem", "Reads the first value of a queue."},
    {"map_lookup_percpu_elem", "Finds another processor's value of an element."},
    {"for_each_map_elem", "Calls a function for each element of a map."},
    {"loop", "Calls a function again and again, up to a number of times."},
    {"ringbuf_reserve", "Makes room for a record in the ring buffer to user space."},
    {"ringbuf_submit", "Hands a record over to user space."},
    {"ringbuf_discard", "Gives the room of a record back."},
    {"ringbuf_output", "Copies a record into the ring buffer to user space."},
    {"ringbuf_query", "Asks how full the ring buffer is."},
    {"ktime_get_ns", "Reads the monotonic clock, in nanoseconds."},
    {"ktime_get_boot_ns", "Reads the clock since the start of the machine, in nanoseconds."},
    {"ktime_get_coarse_ns", "Reads the clock of the last tick, in nanoseconds."},
    {"get_smp_processor_id", "Gives the number of the processor."},
    {"get_current_pid_tgid", "Gives the ids of the thread and its process."},
    {"get_current_uid_gid", "Gives the ids of the user and the group."},
    {"get_current_comm", "Copies the name of the thread."},
    {"get_current_task", "Gives the address of the thread's task_struct."},
    {"get_current_task_btf", "Gives the thread's task_struct, which may be read without a copy."},
    {"task_pt_regs", "Gives the registers that the thread's user code had."},
    {"get_current_cgroup_id", "Gives the id of the thread's control group."},
    {"get_ns_current_pid_tgid", "Gives the ids of the thread in another pid namespace."},
    {"get_attach_cookie", "Gives the number that the probe was attached with: which site fired."},
    {"get_func_ip", "Gives the address of the probed function."},
    {"get_func_arg", "Reads an argument of the probed function."},
    {"get_func_ret", "Reads the result of the probed function."},
    {"get_stackid", "Takes a stack, and gives the number under which it is kept."},
    {"get_stack", "Copies the addresses of a stack."},
    {"get_prandom_u32", "Gives a random number."},
    {"probe_read", "Copies memory, if it is there."},
    {"probe_read_str", "Copies a string, if it is there."},
    {"probe_read_kernel", "Copies the kernel's memory, if it is there."},
    {"probe_read_user", "Copies the program's memory, if it is there now."},
    {"probe_read_kernel_str", "Copies a string of the kernel's memory."},
    {"probe_read_user_str", "Copies a string of the program's memory."},
    {"copy_from_user", "Copies the program's memory, and waits for a page that is not there."},
    {"copy_from_user_task",
     "Copies another process's memory, and waits for a page that is not there."},
    {"perf_event_read_value", "Reads a counter of the processor."},
    {"perf_prog_read_value", "Reads the counter whose overflow started the program."},
    {"snprintf", "Formats text."},
    {"send_signal", "Sends a signal to the process."},
    {"override_return", "Changes the result of the probed function."},
    {"probe_write_user", "Writes into the program's memory."},
    {"trace_printk", "Writes into the kernel's trace."},
    {"per_cpu_ptr", "Gives another processor's copy of a variable of the kernel."},
    {"this_cpu_ptr", "Gives this processor's copy of a variable of the kernel."},
    {"spin_lock", "Takes a lock."},
    {"spin_unlock", "Gives a lock back."},
};

std::string reg(unsigned number, bool is_narrow = false) {
  return (is_narrow ? "w" : "r") + std::to_string(number);
}

std::string offset(int value) {
  return (value < 0 ? " - " : " + ") + std::to_string(value < 0 ? -value : value);
}

const char* size_text(unsigned code) {
  switch (BPF_SIZE(code)) {
    case BPF_B: return "u8";
    case BPF_H: return "u16";
    case BPF_W: return "u32";
    default: return "u64";
  }
}

std::string memory(const bpf_insn& one, unsigned base) {
  return std::string("*(") + size_text(one.code) + " *)(" + reg(base) + offset(one.off) + ")";
}

const char* alu_operator(unsigned operation) {
  switch (operation) {
    case BPF_ADD: return "+=";
    case BPF_SUB: return "-=";
    case BPF_MUL: return "*=";
    case BPF_DIV: return "/=";
    case BPF_OR: return "|=";
    case BPF_AND: return "&=";
    case BPF_LSH: return "<<=";
    case BPF_RSH: return ">>=";
    case BPF_MOD: return "%=";
    case BPF_XOR: return "^=";
    case BPF_MOV: return "=";
    case BPF_ARSH: return "s>>=";
    default: return nullptr;
  }
}

std::string unknown(const bpf_insn& one) {
  constexpr char kDigits[] = "0123456789abcdef";
  return std::string("unknown (0x") + kDigits[one.code >> 4] + kDigits[one.code & 15] + ")";
}

std::string arithmetic(const bpf_insn& one) {
  const bool is_narrow = BPF_CLASS(one.code) == BPF_ALU;
  const std::string to = reg(one.dst_reg, is_narrow);
  if (BPF_OP(one.code) == BPF_NEG) return to + " = -" + to;
  if (BPF_OP(one.code) == BPF_END) {
    const std::string wide = reg(one.dst_reg);
    return wide + " = " + (BPF_SRC(one.code) == BPF_TO_BE ? "be" : "le") + std::to_string(one.imm) +
           " " + wide;
  }
  const char* const sign = alu_operator(BPF_OP(one.code));
  if (!sign) return unknown(one);
  return to + " " + sign + " " +
         (BPF_SRC(one.code) == BPF_X ? reg(one.src_reg, is_narrow) : std::to_string(one.imm));
}

const char* jump_operator(unsigned operation) {
  switch (operation) {
    case BPF_JEQ: return "==";
    case BPF_JNE: return "!=";
    case BPF_JGT: return ">";
    case BPF_JGE: return ">=";
    case BPF_JLT: return "<";
    case BPF_JLE: return "<=";
    case BPF_JSGT: return "s>";
    case BPF_JSGE: return "s>=";
    case BPF_JSLT: return "s<";
    case BPF_JSLE: return "s<=";
    case BPF_JSET: return "&";
    default: return nullptr;
  }
}

std::string jump(const bpf_insn& one) {
  std::string goal = "goto " + std::string(one.off < 0 ? "" : "+") + std::to_string(one.off);
  const bool is_narrow = BPF_CLASS(one.code) == BPF_JMP32;
  switch (BPF_OP(one.code)) {
    case BPF_JA: return goal;
    case BPF_CALL: return "call " + std::to_string(one.imm);
    case BPF_EXIT: return "exit";
    default: break;
  }
  const char* const sign = jump_operator(BPF_OP(one.code));
  if (!sign) return unknown(one);
  return "if " + reg(one.dst_reg, is_narrow) + " " + sign + " " +
         (BPF_SRC(one.code) == BPF_X ? reg(one.src_reg, is_narrow) : std::to_string(one.imm)) +
         " " + goal;
}

std::string atomic(const bpf_insn& one) {
  const std::string value = reg(one.src_reg), at = reg(one.dst_reg) + offset(one.off);
  const std::string bits = BPF_SIZE(one.code) == BPF_DW ? "64" : "32";
  switch (one.imm) {
    case BPF_XCHG: return value + " = xchg_" + bits + "(" + at + ", " + value + ")";
    case BPF_CMPXCHG: return "r0 = cmpxchg_" + bits + "(" + at + ", r0, " + value + ")";
    default: break;
  }
  const bool fetches = one.imm & BPF_FETCH;
  const char* name = nullptr;
  switch (one.imm & ~BPF_FETCH) {
    case BPF_ADD: name = "add"; break;
    case BPF_AND: name = "and"; break;
    case BPF_OR: name = "or"; break;
    case BPF_XOR: name = "xor"; break;
    default: return unknown(one);
  }
  if (fetches)
    return value + " = atomic_fetch_" + name + "((" + size_text(one.code) + " *)(" + at + "), " +
           value + ")";
  return "lock " + memory(one, one.dst_reg) + " " +
         alu_operator(static_cast<unsigned>(one.imm & ~BPF_FETCH)) + " " + value;
}

}  // namespace

std::string bpf_text(const bpf_insn* code, size_t left) {
  const bpf_insn& one = *code;
  switch (BPF_CLASS(one.code)) {
    case BPF_ALU:
    case BPF_ALU64: return arithmetic(one);
    case BPF_JMP:
    case BPF_JMP32: return jump(one);
    case BPF_LDX: return reg(one.dst_reg) + " = " + memory(one, one.src_reg);
    case BPF_ST: return memory(one, one.dst_reg) + " = " + std::to_string(one.imm);
    case BPF_STX:
      if (BPF_MODE(one.code) == BPF_ATOMIC) return atomic(one);
      return memory(one, one.dst_reg) + " = " + reg(one.src_reg);
    default: break;
  }
  if (bpf_length(code, left) != 2) return unknown(one);
  const uint64_t value = static_cast<uint32_t>(one.imm) |
                         static_cast<uint64_t>(static_cast<uint32_t>(code[1].imm)) << 32;
  return reg(one.dst_reg) + " = " + std::to_string(static_cast<int64_t>(value)) + " ll";
}

std::string helper_name(const bpf_insn& call) {
  const std::optional<size_t> number = ct::called_helper(call);
  return number ? ct::helper_name(*number) : "";
}

const char* helper_sentence(const std::string& name) {
  for (const auto& row : kHelpers)
    if (name == row.name) return row.sentence;
  return "";
}

}  // namespace coretap::explain
