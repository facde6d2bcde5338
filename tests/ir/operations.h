// The operations of two numbers, for tests that must miss none of them.
#pragma once

#include <string_view>
#include <vector>

#include "ir/ir.h"

namespace coretap::test {

/// Those rows of ops.def that make a number of two, on both sides.
inline std::vector<ir::Op> operations_of_two_numbers() {
  std::vector<ir::Op> found;
  for (ir::Op op : {
#define CORETAP_OP(name, ...) ir::Op::name,
#include "ir/ops.def"
       }) {
    const ir::OpInfo& row = ir::info(op);
    if (row.dst == 'L' && row.args == std::string_view("LL") && row.kernel && row.user)
      found.push_back(op);
  }
  return found;
}

}  // namespace coretap::test
