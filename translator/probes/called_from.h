// Was a function called from where a .callee probe says? Its return address tells, and so do those of its callers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "probes/location_ir.h"
#include "probes/process_target.h"

namespace coretap::probes {

/// Return addresses (link-time), innermost first, of the calls that lead from a caller to a place. Empty if the place is in the
/// caller itself.
using CallChain = std::vector<uint64_t>;

/// A question about one return address: which answers count, and what is then to be asked of the caller's.
struct ReturnAddressTest {
  struct Answer {
    uint64_t return_address = 0;
    std::shared_ptr<const ReturnAddressTest> next;  ///< null: the call counts
    debug::LocExprPtr slot;                         ///< where the address that `next` is about is
  };
  std::vector<Answer> answers;
};

/// What ResolvedProbe::called_from says of one site.
struct CalledFrom {
  LocationSite site;
  debug::LocExprPtr slot;  ///< where the innermost return address is
  std::shared_ptr<const ReturnAddressTest> test;
};

/// The test of a site at `point` for any of `chains`; null if one of them is empty, so that every event counts. Fails with the end
/// of a sentence where the frames of a chain cannot be found.
ct::Result<std::shared_ptr<const CalledFrom>> make_called_from(const debug::Module& module,
                                                               debug::CodePoint point,
                                                               std::vector<CallChain> chains);

/// Leaves the handler unless the event counts.
void only_if_called_from(const CalledFrom& from, ir::Builder& to);

/// Sites with equal keys ask the same.
std::string called_from_key(const CalledFrom& from);

}  // namespace coretap::probes
