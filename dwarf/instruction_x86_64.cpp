// x86-64 and i386, by Zydis.
//
// A switch becomes an indirect jump in one of these ways (gcc and clang, with and without -fPIC; Go):
//
//   lea T(%rip), %b; movslq (%b,%i,4), %r; add %b, %r; jmp *%r     offsets from the table
//   jmp *T(,%i,8)          mov T(,%i,8), %r; jmp *%r               addresses
//   lea T(%rip), %b; jmp *(%b,%i,8)
//   lea 0(,%i,4), %s; lea T(%rip), %r; mov (%s,%r), %r; cltq;      offsets, by gcc -O0
//     lea T(%rip), %b; add %b, %r; jmp *%r
//
// On i386 addresses have four bytes, and position-independent code counts from the global offset table, which a register holds:
//
//   mov T@GOTOFF(%ebx,%i,4), %r; add %ebx, %r; jmp *%r
//   mov %ebx, %r; add T@GOTOFF(%ebx,%i,4), %r; jmp *%r             (clang)
//
// The lea is often far in front of the jump, moved out of a loop. An add of a sign-extended offset is a
// table all the same, for function pointers are not kept so; with addresses it may be a table of
// functions, and what it holds must decide.
#include <Zydis/Zydis.h>
#include <elf.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "dwarf/instruction.h"

namespace coretap::debug {
namespace {

struct Decoded {
  ZydisDecodedInstruction instruction;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
  uint64_t address = 0;

  bool is_32_bit() const { return instruction.machine_mode == ZYDIS_MACHINE_MODE_LEGACY_32; }
  unsigned address_size() const { return is_32_bit() ? 4 : 8; }
};

/// `xor r, r`: the short way to write that a register is the constant 0.
bool is_zeroing(const Decoded& decoded) {
  return decoded.instruction.mnemonic == ZYDIS_MNEMONIC_XOR &&
         decoded.operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
         decoded.operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER &&
         decoded.operands[0].reg.value == decoded.operands[1].reg.value;
}

uint32_t shape_of(const Decoded& decoded) {
  auto add = [](uint32_t shape, uint32_t type, uint32_t actions) {
    return shape * 31 + type * 4 + (actions & 3u);
  };
  if (is_zeroing(decoded)) {
    const uint32_t moved =
        add(ZYDIS_MNEMONIC_MOV, ZYDIS_OPERAND_TYPE_REGISTER, ZYDIS_OPERAND_ACTION_WRITE);
    return add(moved, ZYDIS_OPERAND_TYPE_IMMEDIATE, ZYDIS_OPERAND_ACTION_READ);
  }
  uint32_t shape = decoded.instruction.mnemonic;
  for (int i = 0; i < decoded.instruction.operand_count_visible; i++)
    shape = add(shape, decoded.operands[i].type, decoded.operands[i].actions);
  return shape;
}

/// Linux, arch/x86/kernel/uprobes.c, is_prefix_bad(): segment overrides of the old kind, and `lock`.
bool has_refused_prefix(const ZydisDecodedInstruction& source) {
  constexpr uint8_t kRefused[] = {0x26, 0x2e, 0x36, 0x3e, 0xf0};
  return std::any_of(source.raw.prefixes, source.raw.prefixes + source.raw.prefix_count,
                     [&](const auto& prefix) {
                       return std::find(std::begin(kRefused), std::end(kRefused), prefix.value) !=
                              std::end(kRefused);
                     });
}

bool is_padding_mnemonic(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_NOP || mnemonic == ZYDIS_MNEMONIC_INT3 ||
         mnemonic == ZYDIS_MNEMONIC_XCHG || mnemonic == ZYDIS_MNEMONIC_UD2;
}

bool is_memory(const ZydisDecodedOperand& operand) {
  return operand.type == ZYDIS_OPERAND_TYPE_MEMORY;
}

bool is_register(const ZydisDecodedOperand& operand) {
  return operand.type == ZYDIS_OPERAND_TYPE_REGISTER;
}

/// The 64-bit register that one is a part of.
ZydisRegister whole(ZydisRegister part) {
  return ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, part);
}

/// Do two operands name one register, or one place in memory by the same registers?
bool is_same(const ZydisDecodedOperand& a, const ZydisDecodedOperand& b) {
  if (is_register(a) && is_register(b)) return whole(a.reg.value) == whole(b.reg.value);
  return is_memory(a) && is_memory(b) && a.mem.base == b.mem.base && a.mem.index == b.mem.index &&
         a.mem.scale == b.mem.scale && a.mem.disp.value == b.mem.disp.value;
}

/// The address of a memory operand that names no register but the program counter, which in 32-bit code is the operand itself.
std::optional<uint64_t> fixed_address(const Decoded& decoded, const ZydisDecodedOperand& operand) {
  ZyanU64 address = 0;
  if (!is_memory(operand)) return std::nullopt;
  const bool is_plain = decoded.is_32_bit() && operand.mem.base == ZYDIS_REGISTER_NONE &&
                        operand.mem.index == ZYDIS_REGISTER_NONE;
  if ((operand.mem.base != ZYDIS_REGISTER_RIP && !is_plain) ||
      !ZYAN_SUCCESS(
          ZydisCalcAbsoluteAddress(&decoded.instruction, &operand, decoded.address, &address)))
    return std::nullopt;
  return address;
}

/// Instruction::memory_place of a memory operand. No address of the program has the highest bit.
uint64_t place_of(const Decoded& decoded, const ZydisDecodedOperand& operand) {
  if (std::optional<uint64_t> fixed = fixed_address(decoded, operand)) return *fixed;
  const uint64_t registers = static_cast<uint64_t>(operand.mem.base) << 16 |
                             static_cast<uint64_t>(operand.mem.index) << 4 | operand.mem.scale;
  return (uint64_t{1} << 63 | registers << 32) ^ static_cast<uint64_t>(operand.mem.disp.value);
}

/// A constant part of an address: what is in front of the registers of a memory operand.
uint64_t displacement(const Decoded& decoded, const ZydisDecodedOperand& operand) {
  auto value = static_cast<uint64_t>(operand.mem.disp.value);
  return decoded.is_32_bit() ? static_cast<uint32_t>(value) : value;
}

/// A table of addresses at `table(,%index,8)`, in 32-bit code at `table(,%index,4)`.
std::optional<uint64_t> indexed_table(const Decoded& decoded, const ZydisDecodedOperand& operand) {
  if (!is_memory(operand) || operand.mem.base != ZYDIS_REGISTER_NONE ||
      operand.mem.scale != decoded.address_size() || !operand.mem.disp.has_displacement)
    return std::nullopt;
  return displacement(decoded, operand);
}

/// `table(%base,%index,4)` in 32-bit code, where `table` may count from the global offset table.
bool is_offset_table(const Decoded& decoded, const ZydisDecodedOperand& operand) {
  return decoded.is_32_bit() && is_memory(operand) && operand.mem.base != ZYDIS_REGISTER_NONE &&
         operand.mem.index != ZYDIS_REGISTER_NONE && operand.mem.scale == 4 &&
         operand.mem.disp.has_displacement;
}

/// What decodes the instructions of a machine.
ZydisDecoder decoder_for(ZydisMachineMode mode, ZydisStackWidth stack) {
  ZydisDecoder made;
  ZydisDecoderInit(&made, mode, stack);
  return made;
}

bool decode_one(const ZydisDecoder& decoder, std::string_view bytes, uint64_t address,
                Decoded& decoded) {
  decoded.address = address;
  return ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes.data(), bytes.size(),
                                             &decoded.instruction, decoded.operands));
}

Instruction::Flow flow_of(const Decoded& decoded) {
  using Flow = Instruction::Flow;
  const ZydisDecodedInstruction& instruction = decoded.instruction;
  const bool is_direct = instruction.operand_count_visible > 0 &&
                         decoded.operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
  switch (instruction.meta.category) {
    case ZYDIS_CATEGORY_COND_BR: return is_direct ? Flow::ConditionalJump : Flow::Next;  // xend
    case ZYDIS_CATEGORY_UNCOND_BR:
      if (instruction.mnemonic != ZYDIS_MNEMONIC_JMP) return Flow::Next;  // xabort
      return is_direct ? Flow::Jump : Flow::IndirectJump;
    case ZYDIS_CATEGORY_CALL: return is_direct ? Flow::Call : Flow::IndirectCall;
    case ZYDIS_CATEGORY_RET:
      return instruction.mnemonic == ZYDIS_MNEMONIC_RET &&
                     instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_NEAR
                 ? Flow::Return
                 : Flow::End;
    default: break;
  }
  return instruction.mnemonic == ZYDIS_MNEMONIC_UD2 || instruction.mnemonic == ZYDIS_MNEMONIC_HLT
             ? Flow::End
             : Flow::Next;
}

/// Follows the value of one register backwards through the instructions in front of a jump.
class TableSearch {
 public:
  explicit TableSearch(const std::vector<Decoded>& code) : code_(code) {}

  std::optional<JumpTable> run() {
    size_t at = code_.size() - 1;
    const ZydisDecodedOperand& operand = code_[at].operands[0];
    if (is_memory(operand)) return addresses(at, operand);
    if (!is_register(operand)) return std::nullopt;
    ZydisRegister wanted = operand.reg.value;
    std::optional<size_t> setter = definition(at, wanted);
    if (!setter) return std::nullopt;
    const Decoded& set = code_[*setter];
    if (set.instruction.mnemonic == ZYDIS_MNEMONIC_MOV && is_memory(set.operands[1]))
      return addresses(*setter, set.operands[1]);
    if (set.instruction.mnemonic != ZYDIS_MNEMONIC_ADD) return std::nullopt;
    if (is_offset_table(set, set.operands[1])) return from_offset_table(*setter, set.operands[1]);
    if (!is_register(set.operands[1])) return std::nullopt;
    // One of the two is the table, the other was read from it.
    ZydisRegister one = wanted, other = set.operands[1].reg.value;
    for (auto [offset, base] : {std::pair(one, other), std::pair(other, one)})
      if (std::optional<JumpTable> table = offsets(*setter, offset, base)) return table;
    return std::nullopt;
  }

 private:
  /// The last instruction before `at` that writes `wanted`, or a part of it.
  std::optional<size_t> definition(size_t at, ZydisRegister wanted) const {
    while (at-- > 0) {
      const Decoded& one = code_[at];
      for (int i = 0; i < one.instruction.operand_count; i++)
        if (is_register(one.operands[i]) &&
            (one.operands[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) &&
            whole(one.operands[i].reg.value) == whole(wanted))
          return at;
      // What a call leaves in the registers that it may change is none of a table's business.
      if (one.instruction.meta.category == ZYDIS_CATEGORY_CALL) return std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<uint64_t> loaded_address(size_t at, ZydisRegister base) const {
    std::optional<size_t> setter = definition(at, base);
    if (!setter || code_[*setter].instruction.mnemonic != ZYDIS_MNEMONIC_LEA) return std::nullopt;
    return fixed_address(code_[*setter], code_[*setter].operands[1]);
  }

  /// `cmp $N, index` and a jump if above: N + 1 entries. The index may be copied, extended or loaded
  /// again after the comparison.
  std::optional<uint64_t> bound(size_t at, ZydisRegister index) const {
    ZydisDecodedOperand wanted = {};
    wanted.type = ZYDIS_OPERAND_TYPE_REGISTER;
    wanted.reg.value = index;
    for (size_t i = at; i-- > 0;) {
      const Decoded& one = code_[i];
      const ZydisDecodedOperand &left = one.operands[0], &right = one.operands[1];
      const bool is_compare = one.instruction.mnemonic == ZYDIS_MNEMONIC_CMP &&
                              right.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && i + 1 < at;
      if (is_compare && is_same(left, wanted)) {
        ZydisMnemonic jump = code_[i + 1].instruction.mnemonic;
        if (jump == ZYDIS_MNEMONIC_JNBE) return right.imm.value.u + 1;
        if (jump == ZYDIS_MNEMONIC_JNB) return right.imm.value.u;
        return std::nullopt;
      }
      const bool writes = (left.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
      if (!writes || !is_register(wanted) || !is_same(left, wanted)) continue;
      const ZydisMnemonic m = one.instruction.mnemonic;
      if (m != ZYDIS_MNEMONIC_MOV && m != ZYDIS_MNEMONIC_MOVZX) return std::nullopt;
      wanted = right;
    }
    return std::nullopt;
  }

  std::optional<JumpTable> addresses(size_t at, const ZydisDecodedOperand& operand) const {
    JumpTable table;
    std::optional<uint64_t> address = indexed_table(code_[at], operand);
    if (!address && operand.mem.base != ZYDIS_REGISTER_NONE &&
        operand.mem.scale == code_[at].address_size() && !operand.mem.disp.has_displacement)
      address = loaded_address(at, operand.mem.base);
    if (!address) return std::nullopt;
    table.address = *address;
    table.address_known = true;
    table.count = bound(at, operand.mem.index);
    return table;
  }

  /// The offset is read, or added, by instruction `at` with the memory operand `read`.
  std::optional<JumpTable> from_offset_table(size_t at, const ZydisDecodedOperand& read) const {
    JumpTable table;
    table.entries = JumpTable::Entries::FromOffsetTable;
    table.address = displacement(code_[at], read);
    table.address_known = true;
    table.count = bound(at, read.mem.index);
    return table;
  }

  std::optional<JumpTable> offsets(size_t at, ZydisRegister offset, ZydisRegister base) const {
    std::optional<size_t> setter = definition(at, offset);
    if (!setter) return std::nullopt;
    const ZydisDecodedOperand& source = code_[*setter].operands[1];
    if (code_[*setter].instruction.mnemonic == ZYDIS_MNEMONIC_MOV &&
        is_offset_table(code_[*setter], source) && source.mem.base == base)
      return from_offset_table(*setter, source);
    if (code_[*setter].instruction.mnemonic == ZYDIS_MNEMONIC_CDQE)
      return unoptimised_offsets(*setter, loaded_address(at, base));
    if (code_[*setter].instruction.mnemonic != ZYDIS_MNEMONIC_MOVSXD) return std::nullopt;
    const ZydisDecodedOperand& read = code_[*setter].operands[1];
    if (!is_memory(read) || read.mem.scale != 4 || whole(read.mem.base) != whole(base))
      return std::nullopt;
    JumpTable table;
    table.entries = JumpTable::Entries::FromTable;
    if (std::optional<uint64_t> address = loaded_address(*setter, base)) {
      table.address = *address;
      table.address_known = true;
    }
    table.count = bound(*setter, read.mem.index);
    return table;
  }

  /// The offset that `extension` extends was read at the sum of two registers, one of which holds the
  /// table's address, `added` to the offset later, the other four times the index.
  std::optional<JumpTable> unoptimised_offsets(size_t extension,
                                               std::optional<uint64_t> added) const {
    std::optional<size_t> read = definition(extension, ZYDIS_REGISTER_RAX);
    if (!added || !read || code_[*read].instruction.mnemonic != ZYDIS_MNEMONIC_MOV ||
        !is_memory(code_[*read].operands[1]))
      return std::nullopt;
    const auto& memory = code_[*read].operands[1].mem;
    if (memory.scale != 1 || memory.index == ZYDIS_REGISTER_NONE) return std::nullopt;
    for (auto [table, scaled] :
         {std::pair(memory.base, memory.index), std::pair(memory.index, memory.base)}) {
      if (loaded_address(*read, table) != added) continue;
      std::optional<size_t> scaling = definition(*read, scaled);
      if (!scaling || code_[*scaling].instruction.mnemonic != ZYDIS_MNEMONIC_LEA) continue;
      const auto& product = code_[*scaling].operands[1].mem;
      if (product.base != ZYDIS_REGISTER_NONE || product.scale != 4) continue;
      return JumpTable{*added, true, JumpTable::Entries::FromTable, bound(*scaling, product.index)};
    }
    return std::nullopt;
  }

  const std::vector<Decoded>& code_;
};

void note_stack_read(const ZydisDecodedOperand& operand, Instruction& one) {
  // DWARF's numbers, see registers.cpp.
  constexpr unsigned kRbp = 6, kRsp = 7, kEbx = 3, kEsp = 4, kEbp = 5;
  if (!(operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) ||
      operand.mem.index != ZYDIS_REGISTER_NONE)
    return;
  switch (operand.mem.base) {
    case ZYDIS_REGISTER_RSP: one.reads_at_register = kRsp; break;
    case ZYDIS_REGISTER_RBP: one.reads_at_register = kRbp; break;
    case ZYDIS_REGISTER_ESP: one.reads_at_register = kEsp; break;
    case ZYDIS_REGISTER_EBP: one.reads_at_register = kEbp; break;
    case ZYDIS_REGISTER_EBX: one.reads_at_register = kEbx; break;
    default: break;
  }
  one.reads_at_offset = operand.mem.disp.has_displacement ? operand.mem.disp.value : 0;
}

/// What Linux has done itself since 4.15: a push of a whole register, jumps, calls and the one-byte nop (branch_setup_ops
/// and push_setup_ops in arch/x86/kernel/uprobes.c).
bool is_emulated_by_kernel(const Decoded& decoded) {
  const ZydisDecodedInstruction& one = decoded.instruction;
  const bool is_short = one.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT;
  const bool is_jump =
      decoded.operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
      decoded.operands[0].imm.is_relative &&
      (one.meta.category == ZYDIS_CATEGORY_UNCOND_BR ||
       one.meta.category == ZYDIS_CATEGORY_COND_BR || one.meta.category == ZYDIS_CATEGORY_CALL);
  return is_jump || (is_short && one.opcode >= 0x50 && one.opcode <= 0x57) ||
         (is_short && one.opcode == 0x90);
}

/// Does the mnemonic name arithmetic on packed values? Their bitwise operations and moves serve scalars, too.
bool is_packed_arithmetic(ZydisMnemonic mnemonic) {
  static constexpr std::array<std::string_view, 26> kBeginnings = {
      "padd",  "psub",  "pmul",  "pmadd",  "pcmp",  "pmax", "pmin", "psll", "psra",
      "psrlw", "psrld", "pshuf", "punpck", "pack",  "addp", "subp", "mulp", "divp",
      "maxp",  "minp",  "sqrtp", "haddp",  "phadd", "pavg", "psad", "shufp"};
  const char* text = ZydisMnemonicGetString(mnemonic);
  std::string_view name(text ? text : "");
  if (name.starts_with("v")) name.remove_prefix(1);
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view each) { return name.starts_with(each); });
}

class X86 final : public InstructionSet {
 public:
  X86(ZydisMachineMode mode, ZydisStackWidth stack, unsigned address_size)
      : decoder_(decoder_for(mode, stack)), address_size_(address_size) {}

  std::optional<Instruction> decode(std::string_view bytes, uint64_t address,
                                    std::vector<uint64_t>& mentioned) const override {
    Decoded decoded;
    if (!decode_one(decoder_, bytes, address, decoded)) return std::nullopt;
    const ZydisDecodedInstruction& source = decoded.instruction;
    Instruction one;
    one.address = address;
    one.shape = shape_of(decoded);
    one.length = source.length;
    one.flow = flow_of(decoded);
    if (one.flow == Instruction::Flow::Return && source.operand_count_visible > 0)
      one.popped = static_cast<uint16_t>(decoded.operands[0].imm.value.u);
    one.is_padding = is_padding_mnemonic(source.mnemonic);
    one.is_refused = has_refused_prefix(source);
    one.is_emulated = is_emulated_by_kernel(decoded);
    one.is_transfer = source.meta.category == ZYDIS_CATEGORY_DATAXFER ||
                      source.meta.category == ZYDIS_CATEGORY_PUSH ||
                      source.meta.category == ZYDIS_CATEGORY_POP ||
                      source.mnemonic == ZYDIS_MNEMONIC_LEA;
    one.is_vector = is_packed_arithmetic(source.mnemonic);
    const bool is_jump = one.flow == Instruction::Flow::IndirectJump;
    for (int i = 0; i < source.operand_count; i++) {
      const ZydisDecodedOperand& operand = decoded.operands[i];
      ZyanU64 target = 0;
      if (is_memory(operand)) {
        one.reads_memory |= (operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
        one.writes_memory |= (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
        if (operand.visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT)
          one.memory_place = place_of(decoded, operand);
        note_stack_read(operand, one);
        if (is_jump && operand.mem.base == ZYDIS_REGISTER_NONE && operand.mem.disp.has_displacement)
          mentioned.push_back(displacement(decoded, operand));
        else if (std::optional<uint64_t> fixed = fixed_address(decoded, operand))
          mentioned.push_back(*fixed);
        else if (std::optional<uint64_t> table = indexed_table(decoded, operand))
          mentioned.push_back(*table);
        else if (is_offset_table(decoded, operand))
          mentioned.push_back(displacement(decoded, operand));
      }
      if (operand.type != ZYDIS_OPERAND_TYPE_IMMEDIATE) continue;
      if (!operand.imm.is_relative)
        mentioned.push_back(operand.imm.value.u);
      else if (i == 0 &&
               ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&source, &operand, address, &target)))
        one.target = target;
    }
    return one;
  }

  std::string text(std::string_view bytes, uint64_t address) const override {
    static const ZydisFormatter formatter = [] {
      ZydisFormatter made;
      ZydisFormatterInit(&made, ZYDIS_FORMATTER_STYLE_ATT);
      ZydisFormatterSetProperty(&made, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE);
      for (ZydisFormatterProperty padding :
           {ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE, ZYDIS_FORMATTER_PROP_DISP_PADDING,
            ZYDIS_FORMATTER_PROP_IMM_PADDING})
        ZydisFormatterSetProperty(&made, padding, ZYDIS_PADDING_DISABLED);
      return made;
    }();
    Decoded decoded;
    char text[256];
    if (!decode_one(decoder_, bytes, address, decoded) ||
        !ZYAN_SUCCESS(ZydisFormatterFormatInstruction(
            &formatter, &decoded.instruction, decoded.operands,
            decoded.instruction.operand_count_visible, text, sizeof text, address, nullptr)))
      return "";
    return text;
  }

  std::optional<JumpTable> jump_table(std::string_view bytes, uint64_t address) const override {
    std::vector<Decoded> code;
    for (size_t at = 0; at < bytes.size(); at += code.back().instruction.length)
      if (!decode_one(decoder_, bytes.substr(at), address + at, code.emplace_back()))
        return std::nullopt;
    return code.empty() ? std::nullopt : TableSearch(code).run();
  }

  unsigned frame_above_stack() const override { return address_size_; }
  unsigned return_address_below_frame() const override { return address_size_; }

 private:
  ZydisDecoder decoder_;
  unsigned address_size_;
};

}  // namespace

const InstructionSet* InstructionSet::of(uint16_t machine) {
  static const X86 x86_64(ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64, 8);
  static const X86 i386(ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32, 4);
  return machine == EM_X86_64 ? &x86_64 : machine == EM_386 ? &i386 : nullptr;
}

}  // namespace coretap::debug
