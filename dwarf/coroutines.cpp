// g++ makes of a coroutine a function that the program calls, and one that holds the body (the symbol ends in
// ".actor"): artificial, with the frame on the heap as its parameter `frame_ptr`. That one begins with a switch over
// the place where it was suspended, so that every call but the first goes on in the middle of a statement, `co_await` or
// `co_yield`. For source lines such a jump is no way in: the statement began before it was suspended, and
// the code around, which need not suspend, shows what follows what.
//
// clang++ makes three functions of the body (symbols NAME.resume, NAME.destroy and NAME.cleanup; llvm.org, "Coroutines in
// LLVM"), which have the DIE of the first, and in it variables of the names __coro_frame and __promise.
//
// The switch is what can be reached from the end of the prologue in rows of the same line (that of the closing brace), before
// anything is called.
#include "dwarf/coroutines.h"

#include <string>
#include <vector>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/lines.h"
#include "dwarf/module.h"
#include "dwarf/prologue.h"
#include "dwarf/scopes.h"

namespace coretap::debug {
namespace {

bool is_body_of_coroutine(Dwarf_Die* function) {
  bool found = false;
  Dwarf_Die origin = die_origin(
      *function);  // of a body that g++ inlined somewhere, it has what is said of the function
  if (!die_own_flag(&origin, DW_AT_artificial)) return false;
  for_each_child(&origin, [&](Dwarf_Die* die) {
    found = dwarf_tag(die) == DW_TAG_formal_parameter && std::string(die_name(die)) == "frame_ptr";
    return !found;
  });
  return found;
}

/// The function's own variables lie in the frame on the heap: of clang++ those of the function that is called, too.
bool has_frame_of_clang(Dwarf_Die* function) {
  bool found = false;
  for_each_child(function, [&](Dwarf_Die* die) {
    const std::string name = dwarf_tag(die) == DW_TAG_variable ? die_name(die) : "";
    found = name == "__coro_frame" || name == "__promise";
    return !found;
  });
  return found;
}

bool is_return(const DebugData& data, uint64_t pc) {
  const CodeFlow* code = data.code_flow(pc);
  const std::optional<size_t> index = code ? code->index_of(pc) : std::nullopt;
  return index && code->instructions()[*index].flow == Instruction::Flow::Return;
}

}  // namespace

bool is_part_of_coroutine(const DebugData& data, uint64_t pc) {
  const FunctionSymbol* symbol = data.symbol_at(pc);
  if (!symbol) return false;
  for (const char* part : {".resume", ".destroy", ".cleanup"})
    if (symbol->name.ends_with(part)) return true;
  return false;
}

bool is_resumed_unseen(const DebugData& data, uint64_t pc) {
  const Unit* unit = data.unit_at(pc);
  if (!unit || !unit->is_cpp) return false;
  if (!unit->producer.gcc) return is_part_of_coroutine(data, pc);
  if (!unit->producer.optimized) return false;
  const UnitScopes& scopes = data.scopes(*unit);
  const int function = scopes.real_function_of(scopes.innermost(pc));
  if (function < 0) return false;
  Dwarf_Die die = scopes.at(function).die;
  return is_body_of_coroutine(&die);
}

bool is_in_freed_frame(const DebugData& data, const Variable& variable, uint64_t pc) {
  if (variable.is_global) return false;
  const Unit* unit = data.unit_at(pc);
  if (!unit || !unit->is_cpp) return false;
  const UnitScopes& scopes = data.scopes(*unit);
  const int function = scopes.real_function_of(scopes.innermost(pc));
  if (function < 0) return false;
  Dwarf_Die die = scopes.at(function).die;
  if (variable.is_parameter && !is_part_of_coroutine(data, pc)) return false;
  return (is_body_of_coroutine(&die) || has_frame_of_clang(&die)) && is_return(data, pc);
}

std::set<std::pair<size_t, size_t>> find_resumptions(const DebugData& data, const CodeFlow& code) {
  std::set<std::pair<size_t, size_t>> found;
  const Unit* unit = data.unit_at(code.entry());
  if (!unit) return found;
  const UnitScopes& scopes = data.scopes(*unit);
  const int function = scopes.real_function_of(scopes.innermost(code.entry()));
  if (function < 0) return found;
  Dwarf_Die die = scopes.at(function).die;
  if (!is_body_of_coroutine(&die)) return found;
  const uint64_t begin = find_prologue_end(data, *unit, &die, code.entry());
  const std::optional<SourceLine> line = find_line_at(data, begin);
  const std::optional<size_t> first = code.index_of(begin);
  if (!line || !first) return found;
  std::set<size_t> seen{*first};
  std::vector<size_t> pending{*first};
  while (!pending.empty()) {
    const size_t index = pending.back();
    pending.pop_back();
    const Instruction& one = code.instructions()[index];
    if (one.flow == Instruction::Flow::Call || one.flow == Instruction::Flow::IndirectCall)
      continue;
    for (size_t next : code.successors(index)) {
      const std::optional<SourceLine> there = find_line_at(data, code.instructions()[next].address);
      if (there && there->line == line->line) {
        if (seen.insert(next).second) pending.push_back(next);
      } else if (code.instructions()[next].address != one.end()) {
        found.emplace(index, next);
      }
    }
  }
  return found;
}

}  // namespace coretap::debug
