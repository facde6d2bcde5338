// The graph is as good as a linear sweep over the function's ranges can make it:
// - a call is assumed to return;
// - an indirect jump may go to every entry of every jump table of the function. A table is taken to
//   be at any address that the code loads (`lea table(%rip)`) and to go on while its entries point
//   at instructions of the function;
// - code that nothing leads to is entered from outside: exception landing pads, mostly. Padding
//   between blocks is not such code.
#include "dwarf/code_flow.h"

#include <algorithm>
#include <cstring>

#include "dwarf/elf_file.h"

namespace coretap::debug {
namespace {

constexpr uint64_t kMaxFunctionBytes = 4 << 20;
constexpr size_t kMaxTableEntries = 4096;
constexpr size_t kMaxShapes = 6;
/// How far a jump's table is looked for in front of it.
constexpr size_t kMaxBeforeJump = 24;

}  // namespace

std::unique_ptr<CodeFlow> CodeFlow::decode(const ElfFile& object, const Ranges& ranges,
                                           uint64_t entry) {
  const InstructionSet* set = InstructionSet::of(object.machine());
  if (!set) return nullptr;
  std::unique_ptr<CodeFlow> flow(new CodeFlow);
  Ranges sorted = ranges;
  std::sort(sorted.begin(), sorted.end());
  uint64_t total = 0, previous_end = 0;
  for (auto [lo, hi] : sorted) {
    if (lo >= hi || lo < previous_end || hi - lo > kMaxFunctionBytes - total) return nullptr;
    total += hi - lo;
    previous_end = hi;
    if (!flow->decode_range(object, *set, lo, hi)) return nullptr;
  }
  if (!flow->index_of(entry)) return nullptr;
  flow->connect(object, entry);
  return flow;
}

bool CodeFlow::decode_range(const ElfFile& object, const InstructionSet& set, uint64_t lo,
                            uint64_t hi) {
  std::string_view bytes = object.code_bytes(lo, hi - lo);
  if (bytes.size() != hi - lo) return false;
  for (size_t at = 0; at < bytes.size(); at += instructions_.back().length) {
    std::optional<Instruction> one = set.decode(bytes.substr(at), lo + at, mentioned_);
    if (!one) return false;
    instructions_.push_back(*one);
  }
  return true;
}

/// Where a table's entry leads; nothing if that is no instruction of the function.
std::optional<size_t> CodeFlow::table_entry(const ElfFile& object, uint64_t table,
                                            JumpTable::Entries entries, uint64_t number) const {
  const bool is_narrow = object.address_size() == 4;
  if (entries == JumpTable::Entries::Addresses) {
    const size_t size = object.address_size();
    std::string_view bytes = object.bytes_at(table + size * number, size);
    uint64_t address = 0;
    if (bytes.size() != size) return std::nullopt;
    memcpy(&address, bytes.data(), size);  // little-endian, as ElfFile::open sees to
    return index_of(address);
  }
  uint64_t origin = table;
  if (entries == JumpTable::Entries::FromOffsetTable) {
    origin = object.offset_table();
    table = static_cast<uint32_t>(table + origin);
  }
  std::string_view bytes = object.bytes_at(table + 4 * number, 4);
  int32_t offset;
  if (bytes.size() != sizeof offset) return std::nullopt;
  memcpy(&offset, bytes.data(), sizeof offset);
  const uint64_t address = origin + static_cast<uint64_t>(int64_t{offset});
  return index_of(is_narrow ? static_cast<uint32_t>(address) : address);
}

std::vector<size_t> CodeFlow::read_jump_tables(const ElfFile& object) const {
  std::vector<size_t> targets;
  std::vector<JumpTable::Entries> kinds{JumpTable::Entries::Addresses};
  if (object.address_size() == 8)
    kinds.push_back(JumpTable::Entries::FromTable);
  else if (object.offset_table() != 0)
    kinds.push_back(JumpTable::Entries::FromOffsetTable);
  for (uint64_t table : mentioned_)
    for (JumpTable::Entries entries : kinds)
      for (size_t i = 0; i < kMaxTableEntries; i++) {
        std::optional<size_t> index = table_entry(object, table, entries, i);
        if (!index) break;
        targets.push_back(*index);
      }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

bool CodeFlow::is_switch(const ElfFile& object, uint64_t address, bool strict) const {
  const InstructionSet* set = InstructionSet::of(object.machine());
  std::optional<size_t> jump = index_of(address);
  if (!set || !jump) return false;
  size_t first = *jump;
  while (first > 0 && *jump - first < kMaxBeforeJump && instructions_[first - 1].falls_through() &&
         instructions_[first - 1].end() == instructions_[first].address)
    first--;
  uint64_t start = instructions_[first].address;
  std::string_view bytes = object.code_bytes(start, instructions_[*jump].end() - start);
  std::optional<JumpTable> table = set->jump_table(bytes, start);
  if (!table || (strict && !table->count)) return false;
  // An entry of the function itself in a table is a pointer to it, among others to other functions.
  auto is_case = [&](uint64_t at, uint64_t number) {
    std::optional<size_t> index = table_entry(object, at, table->entries, number);
    return index && instructions_[*index].address != entry_;
  };
  auto holds_cases = [&](uint64_t at) {
    uint64_t count = std::min<uint64_t>(table->count.value_or(1), kMaxTableEntries);
    for (uint64_t i = 0; i < count; i++)
      if (!is_case(at, i)) return false;
    return true;
  };
  if (table->address_known) return holds_cases(table->address);
  return std::any_of(mentioned_.begin(), mentioned_.end(), holds_cases);
}

void CodeFlow::connect(const ElfFile& object, uint64_t entry) {
  entry_ = entry;
  const bool has_tables =
      std::any_of(instructions_.begin(), instructions_.end(),
                  [](const Instruction& i) { return i.flow == Instruction::Flow::IndirectJump; });
  if (has_tables) table_targets_ = read_jump_tables(object);
  std::vector<bool> has_predecessor(instructions_.size(), false);
  is_target_.assign(instructions_.size(), false);
  for (size_t i = 0; i < instructions_.size(); i++) {
    for_each_successor(i, [&](size_t next) { has_predecessor[next] = true; });
    if (instructions_[i].flow == Instruction::Flow::Call) continue;
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
  using Flow = Instruction::Flow;
  const Instruction& one = instructions_[index];
  if (one.falls_through() && index + 1 < instructions_.size() &&
      instructions_[index + 1].address == one.end())
    visit(index + 1);
  if (one.flow == Flow::Jump || one.flow == Flow::ConditionalJump)
    if (auto target = index_of(one.target)) visit(*target);
  if (one.flow == Flow::IndirectJump)
    for (size_t target : table_targets_) visit(target);
}

std::vector<size_t> CodeFlow::successors(size_t index) const {
  std::vector<size_t> found;
  for_each_successor(index, [&](size_t next) { found.push_back(next); });
  return found;
}

std::vector<size_t> CodeFlow::predecessors(size_t index) const {
  std::vector<size_t> found;
  for (size_t i = 0; i < instructions_.size(); i++) {
    bool leads_there = false;
    for_each_successor(i, [&](size_t next) { leads_there |= next == index; });
    if (leads_there) found.push_back(i);
  }
  return found;
}

void CodeFlow::walk(const std::vector<uint64_t>& starts,
                    const std::function<bool(const Instruction&)>& visit) const {
  std::vector<bool> seen(instructions_.size(), false);
  std::vector<size_t> pending;
  auto add = [&](size_t index) {
    if (!seen[index]) pending.push_back(index);
    seen[index] = true;
  };
  for (uint64_t start : starts)
    if (auto index = index_of(start)) add(*index);
  while (!pending.empty()) {
    size_t index = pending.back();
    pending.pop_back();
    if (visit(instructions_[index])) for_each_successor(index, add);
  }
}

std::vector<bool> CodeFlow::reachable(const std::vector<uint64_t>& others) const {
  std::vector<bool> seen(instructions_.size(), false);
  std::vector<size_t> pending;
  auto visit = [&](size_t index) {
    if (!seen[index]) pending.push_back(index);
    seen[index] = true;
  };
  visit(*index_of(entry_));
  for (uint64_t other : others)
    if (auto index = index_of(other)) visit(*index);
  while (!pending.empty()) {
    size_t index = pending.back();
    pending.pop_back();
    for_each_successor(index, visit);
  }
  return seen;
}

/// Does the code at `index` call one function and then jump to the entry, and nothing else? With two
/// calls, the first is of what does not return, a panic, and the rest belongs to another branch.
bool CodeFlow::begins_anew(size_t index) const {
  constexpr size_t kMost = 64;  // it saves the registers that hold arguments, and loads them again
  int calls = 0;
  for (size_t i = index; i < instructions_.size() && i < index + kMost; i++) {
    const Instruction& one = instructions_[i];
    calls += one.flow == Instruction::Flow::Call;
    if (one.flow == Instruction::Flow::Jump) return calls == 1 && one.target == entry_;
    if (one.flow != Instruction::Flow::Next && one.flow != Instruction::Flow::Call) return false;
  }
  return false;
}

uint64_t CodeFlow::behind_stack_check() const {
  uint64_t behind = entry_;
  for (size_t i = *index_of(entry_); i < instructions_.size(); i++) {
    const Instruction& one = instructions_[i];
    if (one.flow == Instruction::Flow::Next) continue;
    std::optional<size_t> target = index_of(one.target);
    if (one.flow != Instruction::Flow::ConditionalJump || !target || !begins_anew(*target)) break;
    behind = one.end();
  }
  return behind;
}

std::vector<uint64_t> CodeFlow::unexplained() const {
  std::vector<uint64_t> found;
  for (size_t root : roots_)
    if (instructions_[root].address != entry_) found.push_back(instructions_[root].address);
  return found;
}

}  // namespace coretap::debug
