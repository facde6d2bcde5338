// The graph is as good as a linear sweep over the function's ranges can make it:
// - a call is assumed to return;
// - an indirect jump may go to every entry of every jump table of the function. A table is taken to
//   be at any address that the code loads (`lea table(%rip)`) and to go on while its entries point
//   at instructions of the function;
// - code that nothing leads to is entered from outside: exception landing pads, mostly. Padding
//   between blocks is not such code.
#include "dwarf/code_flow.h"

#include <Zydis/Zydis.h>
#include <elf.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "dwarf/elf_file.h"

namespace coretap::debug {
namespace {

constexpr uint64_t kMaxFunctionBytes = 4 << 20;
constexpr size_t kMaxTableEntries = 4096;
constexpr size_t kMaxShapes = 6;

struct Decoded {
  ZydisDecodedInstruction instruction;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
};

uint32_t shape_of(const Decoded& decoded) {
  uint32_t shape = decoded.instruction.mnemonic;
  for (int i = 0; i < decoded.instruction.operand_count_visible; i++)
    shape = shape * 31 + decoded.operands[i].type * 4 + (decoded.operands[i].actions & 3u);
  return shape;
}

bool is_padding_mnemonic(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_NOP || mnemonic == ZYDIS_MNEMONIC_INT3 ||
         mnemonic == ZYDIS_MNEMONIC_XCHG || mnemonic == ZYDIS_MNEMONIC_UD2;
}

bool never_falls_through(const ZydisDecodedInstruction& instruction) {
  return instruction.meta.category == ZYDIS_CATEGORY_UNCOND_BR ||
         instruction.meta.category == ZYDIS_CATEGORY_RET ||
         instruction.mnemonic == ZYDIS_MNEMONIC_UD2 || instruction.mnemonic == ZYDIS_MNEMONIC_HLT;
}

}  // namespace

std::unique_ptr<CodeFlow> CodeFlow::decode(const ElfFile& object, const Ranges& ranges,
                                           uint64_t entry) {
  if (object.machine() != EM_X86_64) return nullptr;
  std::unique_ptr<CodeFlow> flow(new CodeFlow);
  Ranges sorted = ranges;
  std::sort(sorted.begin(), sorted.end());
  uint64_t total = 0, previous_end = 0;
  for (auto [lo, hi] : sorted) {
    if (lo >= hi || lo < previous_end || hi - lo > kMaxFunctionBytes - total) return nullptr;
    total += hi - lo;
    previous_end = hi;
    if (!flow->decode_range(object, lo, hi)) return nullptr;
  }
  if (!flow->index_of(entry)) return nullptr;
  flow->connect(object, entry);
  return flow;
}

bool CodeFlow::decode_range(const ElfFile& object, uint64_t lo, uint64_t hi) {
  std::string_view bytes = object.code_bytes(lo, hi - lo);
  if (bytes.size() != hi - lo) return false;
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  for (size_t at = 0; at < bytes.size();) {
    Decoded decoded;
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes.data() + at, bytes.size() - at,
                                             &decoded.instruction, decoded.operands)))
      return false;
    const ZydisDecodedInstruction& source = decoded.instruction;
    Instruction one{lo + at,       shape_of(decoded),
                    source.length, !never_falls_through(source),
                    false,         is_padding_mnemonic(source.mnemonic),
                    false,         0};
    const bool is_jump = source.meta.category == ZYDIS_CATEGORY_COND_BR ||
                         source.meta.category == ZYDIS_CATEGORY_UNCOND_BR;
    for (int i = 0; i < source.operand_count; i++) {
      const ZydisDecodedOperand& operand = decoded.operands[i];
      ZyanU64 address = 0;
      if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
        one.writes_memory |= (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
        const bool is_absolute_table =
            is_jump && operand.mem.base == ZYDIS_REGISTER_NONE && operand.mem.disp.has_displacement;
        if (is_absolute_table)
          mentioned_.push_back(static_cast<uint64_t>(operand.mem.disp.value));
        else if (operand.mem.base == ZYDIS_REGISTER_RIP &&
                 ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&source, &operand, one.address, &address)))
          mentioned_.push_back(address);
      }
      if (operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && !operand.imm.is_relative)
        mentioned_.push_back(operand.imm.value.u);
      if (!is_jump || i > 0) continue;
      if (operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
          ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&source, &operand, one.address, &address)))
        one.target = address;
      else
        one.jumps_by_table = true;
    }
    instructions_.push_back(one);
    at += source.length;
  }
  return true;
}

std::vector<size_t> CodeFlow::read_jump_tables(const ElfFile& object) const {
  std::vector<size_t> targets;
  for (uint64_t table : mentioned_) {
    for (size_t i = 0; i < kMaxTableEntries; i++) {
      // Offsets from the table (position-independent code), or whole addresses.
      std::string_view narrow = object.bytes_at(table + 4 * i, 4);
      int32_t offset;
      if (narrow.size() != sizeof offset) break;
      memcpy(&offset, narrow.data(), sizeof offset);
      auto index = index_of(table + static_cast<uint64_t>(int64_t{offset}));
      if (!index) break;
      targets.push_back(*index);
    }
    for (size_t i = 0; i < kMaxTableEntries; i++) {
      std::string_view wide = object.bytes_at(table + 8 * i, 8);
      uint64_t address;
      if (wide.size() != sizeof address) break;
      memcpy(&address, wide.data(), sizeof address);
      auto index = index_of(address);
      if (!index) break;
      targets.push_back(*index);
    }
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

void CodeFlow::connect(const ElfFile& object, uint64_t entry) {
  const bool has_tables = std::any_of(instructions_.begin(), instructions_.end(),
                                      [](const Instruction& i) { return i.jumps_by_table; });
  if (has_tables) table_targets_ = read_jump_tables(object);
  std::vector<bool> has_predecessor(instructions_.size(), false);
  is_target_.assign(instructions_.size(), false);
  for (size_t i = 0; i < instructions_.size(); i++) {
    for_each_successor(i, [&](size_t next) { has_predecessor[next] = true; });
    if (auto target = index_of(instructions_[i].target)) is_target_[*target] = true;
  }
  for (size_t target : table_targets_) is_target_[target] = true;
  const size_t entry_index = *index_of(entry);
  roots_.push_back(entry_index);
  for (size_t i = 0; i < instructions_.size(); i++)
    if (i != entry_index && !has_predecessor[i] && !instructions_[i].is_padding)
      roots_.push_back(i);
}

std::optional<size_t> CodeFlow::index_of(uint64_t address) const {
  auto found =
      std::lower_bound(instructions_.begin(), instructions_.end(), address,
                       [](const Instruction& i, uint64_t value) { return i.address < value; });
  if (found == instructions_.end() || found->address != address) return std::nullopt;
  return static_cast<size_t>(found - instructions_.begin());
}

std::optional<uint64_t> CodeFlow::instruction_before(uint64_t address) const {
  auto found =
      std::lower_bound(instructions_.begin(), instructions_.end(), address,
                       [](const Instruction& i, uint64_t value) { return i.address < value; });
  if (found == instructions_.begin()) return std::nullopt;
  return std::prev(found)->address;
}

bool CodeFlow::is_jump_target(uint64_t address) const {
  auto index = index_of(address);
  return index && is_target_[*index];
}

bool CodeFlow::writes_memory(uint64_t address) const {
  auto index = index_of(address);
  return index && instructions_[*index].writes_memory;
}

std::vector<uint32_t> CodeFlow::shapes(uint64_t start, uint64_t end) const {
  std::vector<uint32_t> found;
  auto first = index_of(start);
  for (size_t i = first.value_or(instructions_.size());
       i < instructions_.size() && instructions_[i].address < end && found.size() < kMaxShapes; i++)
    found.push_back(instructions_[i].shape);
  return found;
}

template <typename Visit>
void CodeFlow::for_each_successor(size_t index, Visit visit) const {
  const Instruction& one = instructions_[index];
  if (one.falls_through && index + 1 < instructions_.size() &&
      instructions_[index + 1].address == one.address + one.length)
    visit(index + 1);
  if (one.target)
    if (auto target = index_of(one.target)) visit(*target);
  if (one.jumps_by_table)
    for (size_t target : table_targets_) visit(target);
}

std::vector<bool> CodeFlow::reached_first(const std::vector<uint64_t>& points) const {
  std::vector<int> point_at(instructions_.size(), -1);
  for (size_t i = 0; i < points.size(); i++)
    if (auto index = index_of(points[i])) point_at[*index] = static_cast<int>(i);
  std::vector<bool> reached(points.size(), false), seen(instructions_.size(), false);
  std::vector<size_t> pending;
  auto visit = [&](size_t index) {
    if (seen[index]) return;
    seen[index] = true;
    if (point_at[index] >= 0)
      reached[static_cast<size_t>(point_at[index])] = true;
    else
      pending.push_back(index);
  };
  for (size_t root : roots_) visit(root);
  while (!pending.empty()) {
    size_t index = pending.back();
    pending.pop_back();
    for_each_successor(index, visit);
  }
  return reached;
}

bool CodeFlow::loops_without(uint64_t point, const std::vector<uint64_t>& others) const {
  auto start = index_of(point);
  if (!start) return false;
  std::vector<bool> seen(instructions_.size(), false);
  for (uint64_t other : others)
    if (auto index = index_of(other); index && *index != *start) seen[*index] = true;
  std::vector<size_t> pending{*start};
  bool came_back = false;
  while (!pending.empty() && !came_back) {
    size_t index = pending.back();
    pending.pop_back();
    for_each_successor(index, [&](size_t next) {
      came_back = came_back || next == *start;
      if (seen[next]) return;
      seen[next] = true;
      pending.push_back(next);
    });
  }
  return came_back;
}

}  // namespace coretap::debug
