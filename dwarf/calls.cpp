// Calls are read from the machine code, not from DWARF's call sites (DW_TAG_call_site): compilers describe these only in optimised
// code, and gcc and clang each leave out some. An instruction that calls an address is a call of the function that begins there;
// one that calls the stub of a function that the object has itself, as in a library, is a call of that. A jump to the beginning
// of another function is a tail call. Where a call of a register goes to is not known.
//
// The instruction belongs to the innermost function or inlined copy around its address. What was inlined into a copy is that
// copy's call.
#include "dwarf/calls.h"

#include <map>
#include <string>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/functions.h"
#include "dwarf/inlined_copies.h"
#include "dwarf/plt.h"
#include "dwarf/scopes.h"

namespace coretap::debug {
namespace {

class CallFinder {
 public:
  CallFinder(const DebugData& data, const Function& caller) : data_(data), caller_(caller) {
    unit_ = caller.die_offset == 0 ? nullptr : data.unit_at(caller.entry_pc);
    if (unit_) scope_ = data.scopes(*unit_).index_of(caller.die_offset);
  }

  std::vector<Call> run() {
    if (unit_ && scope_ >= 0) add_copies();
    const CodeFlow* code = data_.code_flow(caller_.entry_pc);
    if (!code) return std::move(found_);
    for (const Instruction& one : code->instructions()) {
      const bool is_call = one.flow == Instruction::Flow::Call;
      const bool is_jump =
          (one.flow == Instruction::Flow::Jump || one.flow == Instruction::Flow::ConditionalJump) &&
          !code->is_instruction(one.target);
      if ((is_call || is_jump) && is_own(one.address)) add_call(one, is_jump);
    }
    return std::move(found_);
  }

 private:
  void add_copies() {
    const UnitScopes& scopes = data_.scopes(*unit_);
    CopyEntries entries(data_, *unit_);
    for (size_t i = 0; i < scopes.all().size(); i++) {
      const Scope& scope = scopes.all()[i];
      if (!scope.is_inlined() || scopes.function_of(scope.parent) != scope_) continue;
      const int index = static_cast<int>(i);
      Call call;
      call.callee = describe_function(data_, *unit_, &scopes, index, scope.die);
      for (const CodePoint& entry : entries.of(index)) {
        call.callee.entry_pc = call.callee.prologue_end = entry.pc;
        call.callee.entry_view = entry.view;
        found_.push_back(call);
      }
    }
  }

  bool is_own(uint64_t pc) const {
    if (!unit_ || scope_ < 0) return true;
    const UnitScopes& scopes = data_.scopes(*unit_);
    const int around = scopes.function_of(scopes.innermost(pc));
    return around == scope_ || (around < 0 && !scopes.at(scope_).is_inlined());
  }

  void add_call(const Instruction& one, bool is_tail_call) {
    std::optional<Function> callee = find_function_entered_at(data_, target_of(one));
    if (!callee) return;
    Call call;
    call.callee = *std::move(callee);
    call.is_tail_call = is_tail_call;
    if (!is_tail_call) call.return_address = one.end();
    found_.push_back(std::move(call));
  }

  /// Of a stub the function of this object that it is for, if the object has it.
  uint64_t target_of(const Instruction& one) {
    if (!stubs_) {
      stubs_.emplace();
      std::map<std::string, uint64_t> own;
      for (const PltEntry& entry : read_plt(data_.object())) own.emplace(entry.symbol, 0);
      for (const FunctionSymbol& symbol : data_.symbols())
        if (auto wanted = own.find(std::string(symbol.name));
            wanted != own.end() && symbol.is_global && !symbol.is_ifunc)
          wanted->second = symbol.address;
      for (const PltEntry& entry : read_plt(data_.object()))
        (*stubs_)[entry.pc] = own[entry.symbol];
    }
    auto stub = stubs_->find(one.target);
    return stub == stubs_->end() ? one.target : stub->second;
  }

  const DebugData& data_;
  const Function& caller_;
  const Unit* unit_ = nullptr;
  int scope_ = -1;  ///< of the caller, in its unit
  std::optional<std::map<uint64_t, uint64_t>>
      stubs_;  ///< of the linkage table, and what they lead to
  std::vector<Call> found_;
};

}  // namespace

std::vector<Call> find_calls(const DebugData& data, const Function& caller) {
  return CallFinder(data, caller).run();
}

}  // namespace coretap::debug
