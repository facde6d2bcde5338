// How the code of a C++ coroutine is entered in its middle, and what is left where it returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

namespace coretap::debug {

class CodeFlow;
class DebugData;
struct Variable;

/// The jumps (indexes of the instructions that they are and go to) by which a call of the function resumes it where it was
/// suspended. Empty if `code` is no coroutine.
std::set<std::pair<size_t, size_t>> find_resumptions(const DebugData& data, const CodeFlow& code);

/// Is pc in the body of a coroutine, and do the jumps by which it is resumed lie among its other code, so that find_resumptions()
/// does not tell them? So it is of all compilers but g++ without optimisation.
bool is_resumed_unseen(const DebugData& data, uint64_t pc);

/// Is pc an instruction that returns from a coroutine, and the variable one of those that are in its frame on the heap? That
/// frame is freed before the call returns that ends the coroutine.
bool is_in_freed_frame(const DebugData& data, const Variable& variable, uint64_t pc);

/// Is pc in one of the functions that clang++ makes of a coroutine's body? They return nothing, though their debug information
/// is that of the function which the program calls.
bool is_part_of_coroutine(const DebugData& data, uint64_t pc);

}  // namespace coretap::debug
