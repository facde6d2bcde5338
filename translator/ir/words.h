// Words of the IR's text that the printer writes and the parser reads.
#pragma once

#include <span>

#include "ir/ir.h"

namespace coretap::ir {

/// "@count"
const char* stat_word(StatFn fn);

/// The words in front of the blocks of a compound operation, in their order; none for other operations.
std::span<const char* const> block_words(Op op);

}  // namespace coretap::ir
