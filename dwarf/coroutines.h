// How the code of a C++ coroutine is entered in its middle.
#pragma once

#include <cstddef>
#include <set>
#include <utility>

namespace coretap::debug {

class CodeFlow;
class DebugData;

/// The jumps (indexes of the instructions that they are and go to) by which a call of the function resumes it where it was
/// suspended. Empty if `code` is no coroutine.
std::set<std::pair<size_t, size_t>> find_resumptions(const DebugData& data, const CodeFlow& code);

}  // namespace coretap::debug
