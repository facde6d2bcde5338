// What the debug information says of a variable as a whole, and not only at one place: for who asks why it can be read in one line
// and not in the next.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dwarf/location.h"
#include "dwarf/records.h"

namespace coretap::debug {

class DebugData;

/// All that the location attributes of a variable say.
struct LocationEvidence {
  enum Form : uint8_t {
    Nothing,     ///< neither a location nor a constant
    Constant,    ///< the compiler knew its value: DW_AT_const_value
    Expression,  ///< one location, wherever the variable can be seen
    List,        ///< a list of locations, each for a range of addresses
    Elsewhere,   ///< only declared here; it is defined in another unit or object
  } form = Nothing;
  struct Entry {
    uint64_t start = 0, end = 0;  ///< link-time addresses; of an Expression both are 0
    VarLocation location;         ///< as of the entry's beginning
    bool holds = false;           ///< at the place that is asked about
  };
  std::vector<Entry> entries;
  bool is_whole = true;  ///< the list could be read to its end
};

/// A variable of some name, and the code that sees it.
struct ScopedVariable {
  Variable variable;
  enum Scope : uint8_t {
    Function,     ///< of a function itself
    InlinedCopy,  ///< of a function that was inlined
    Block,        ///< of a block in either
    Source,       ///< of the function as it was written: this copy of its code has no trace of it
  } scope = Function;
  std::string function;  ///< whose it is
  std::vector<std::pair<uint64_t, uint64_t>>
      ranges;  ///< addresses of the scope's code, as [begin, end)
};

LocationEvidence find_evidence(const DebugData& data, const Variable& variable, CodePoint point);

/// Every variable of the name in the function whose code contains pc, or in what was inlined into it. Those of the file are not
/// among them.
std::vector<ScopedVariable> find_variables_called(const DebugData& data, const std::string& name,
                                                  uint64_t pc);

}  // namespace coretap::debug
