// Whether a function returns is told, in this order, by
//   - its debug information (DW_AT_noreturn: C's noreturn, Rust's `-> !`);
//   - its name, for functions of the C, C++ and Rust runtime libraries, which come without debug information or only
//     as an entry of the procedure linkage table;
//   - its code, if that is short: no way through it ends in a return, or in a jump to a function that may return.
#include "dwarf/no_return.h"

#include <dwarf.h>
#include <gelf.h>

#include <array>
#include <string_view>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/plt.h"

namespace coretap::debug {
namespace {

constexpr int kMaxDepth = 3;
constexpr uint64_t kMostCode = 256;  // bytes: such functions only prepare the call of another

/// Whole names (C11 7.22.4, POSIX, glibc, the Itanium C++ ABI).
constexpr std::array<std::string_view, 33> kNames = {"abort",
                                                     "exit",
                                                     "_exit",
                                                     "_Exit",
                                                     "quick_exit",
                                                     "pthread_exit",
                                                     "thrd_exit",
                                                     "longjmp",
                                                     "_longjmp",
                                                     "siglongjmp",
                                                     "__longjmp_chk",
                                                     "__assert_fail",
                                                     "__assert_perror_fail",
                                                     "__assert",
                                                     "__stack_chk_fail",
                                                     "__fortify_fail",
                                                     "__chk_fail",
                                                     "__stack_chk_fail_local",
                                                     "err",
                                                     "errx",
                                                     "verr",
                                                     "verrx",
                                                     "__cxa_throw",
                                                     "__cxa_rethrow",
                                                     "__cxa_bad_cast",
                                                     "__cxa_bad_typeid",
                                                     "__cxa_throw_bad_array_new_length",
                                                     "__cxa_call_unexpected",
                                                     "__cxa_pure_virtual",
                                                     "_Unwind_Resume",
                                                     "__clang_call_terminate",
                                                     "_ZSt9terminatev",
                                                     "_ZSt10unexpectedv"};

/// Beginnings of mangled names: libstdc++'s std::__throw_…, and the functions of Rust's libraries that panic.
constexpr std::array<std::string_view, 9> kBeginnings = {"_ZSt16__throw_",
                                                         "_ZSt17__throw_",
                                                         "_ZSt19__throw_",
                                                         "_ZSt20__throw_",
                                                         "_ZSt24__throw_",
                                                         "_ZN4core9panicking",
                                                         "_ZN3std9panicking",
                                                         "_ZN4core6option13unwrap_failed",
                                                         "_ZN4core6result13unwrap_failed"};
constexpr std::array<std::string_view, 4> kRustFailures = {
    "slice_start_index_len_fail", "slice_end_index_len_fail", "slice_index_order_fail",
    "handle_alloc_error"};

}  // namespace

bool never_returns(std::string_view name) {
  for (std::string_view each : kNames)
    if (name == each) return true;
  for (std::string_view each : kBeginnings)
    if (name.starts_with(each)) return true;
  for (std::string_view each : kRustFailures)
    if (name.find(each) != std::string_view::npos) return true;
  // Rust's newer mangling (RFC 2603) writes the path with lengths: "…4core9panicking…".
  return name.starts_with("_R") && name.find("4core9panicking") != std::string_view::npos;
}

bool NoReturnCalls::never_returns(const Instruction& call) {
  if (call.flow == Instruction::Flow::Call) return function_never_returns(call.target, 0);
  if (call.flow != Instruction::Flow::IndirectCall) return false;
  // call *slot(%rip): how code without a procedure linkage table calls another object's function.
  std::optional<uint64_t> slot = slot_of(call.address);
  const Import* import = slot ? import_at(*slot) : nullptr;
  if (!import) return false;
  return import->name.empty() ? function_never_returns(import->address, 0)
                              : debug::never_returns(import->name);
}

bool NoReturnCalls::function_never_returns(uint64_t address, int depth) {
  auto [known, is_new] =
      known_.try_emplace(address, false);  // a function that calls itself: may return
  if (!is_new) return known->second;
  bool never = false;
  const FunctionRecord* record = data_.has_dwarf() ? data_.functions().at_entry(address) : nullptr;
  const FunctionSymbol* symbol = data_.symbol_at(address);
  if (record) {
    Dwarf_Die die = record->die;
    never = die_flag(&die, DW_AT_noreturn);
  }
  if (!never && symbol && symbol->address == address) never = debug::never_returns(symbol->name);
  if (!never && !symbol) {
    std::optional<uint64_t> slot = slot_of(address);
    const Import* import = slot ? import_at(*slot) : nullptr;
    never = import && debug::never_returns(import->name);
  }
  if (!never && symbol && symbol->address == address && symbol->size <= kMostCode)
    never = code_never_returns(address, depth);
  known_[address] = never;
  return never;
}

bool NoReturnCalls::code_never_returns(uint64_t address, int depth) {
  using Flow = Instruction::Flow;
  const CodeFlow* flow = depth < kMaxDepth ? data_.code_flow(address) : nullptr;
  if (!flow || flow->entry() != address) return false;
  auto may_leave = [&](const Instruction& one) {
    if (one.flow == Flow::Return || one.flow == Flow::IndirectJump) return true;
    const bool jumps_out = (one.flow == Flow::Jump || one.flow == Flow::ConditionalJump) &&
                           !flow->is_instruction(one.target);
    return jumps_out && !function_never_returns(one.target, depth + 1);
  };
  auto ends_here = [&](const Instruction& one) {
    return one.flow == Flow::Call && function_never_returns(one.target, depth + 1);
  };
  bool returns = false;
  flow->walk({address}, [&](const Instruction& one) {
    returns = returns || may_leave(one);
    return !returns && !ends_here(one);
  });
  return !returns;
}

std::optional<uint64_t> NoReturnCalls::slot_of(uint64_t address) const {
  return slot_of_stub(data_.object(), address);
}

const NoReturnCalls::Import* NoReturnCalls::import_at(uint64_t slot) {
  if (!imports_read_) read_imports();
  auto found = imports_.find(slot);
  return found == imports_.end() ? nullptr : &found->second;
}

void NoReturnCalls::read_imports() {
  imports_read_ = true;
  data_.object().for_each_relocation([&](const ElfFile::Relocation& one) {
    imports_[one.slot] = {std::string(one.symbol),
                          one.symbol.empty() ? static_cast<uint64_t>(one.addend) : 0};
  });
}

}  // namespace coretap::debug
