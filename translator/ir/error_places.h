// Where kernel code may raise run-time errors. Its records name a place by a number, and the harness has the table.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "ir/ir.h"

namespace coretap::ir {

/// Is the place of an error in the function that is called, and not at its call? Embedded C has no places of its own, as in stap.
inline bool has_own_places(const Module& module, const Inst& call) {
  return call.op == Op::Call && !module.functions[call.function].c;
}

/// The places of one module, which are the same for all that is made of it.
class ErrorPlaces {
 public:
  explicit ErrorPlaces(const Module& module);
  /// From 1; 0 for an instruction that does not say where it is in the script.
  uint32_t number_of(const Inst& inst) const;
  /// The first is number 1.
  const std::vector<Span>& all() const { return all_; }

 private:
  using Key = std::pair<const SourceFile*, uint32_t>;  ///< a span's file and begin
  std::vector<Span> all_;
  std::map<Key, uint32_t> numbers_;
};

}  // namespace coretap::ir
