// Small things that the runtime's tests share.
#pragma once

#include <string>
#include <vector>

#include "runtime/user/harness/harness.h"
#include "runtime/user/values/array.h"
#include "runtime/user/values/globals.h"

namespace ct::testing {

inline View view(const std::string& s) { return {s.data(), static_cast<u32>(s.size())}; }

/// What `put` puts into a string of the default capacity; NULs are kept.
template <typename Put>
std::string printed(Put&& put) {
  std::string buffer(20000, '\0');
  u32 size = 0;
  Sink sink = to_string(Out{buffer.data(), static_cast<u32>(buffer.size()), &size});
  put(sink);
  return buffer.substr(0, sink.size);
}

/// A global in harness memory.
inline Global array_of(const KeyField* keys, u32 key_count, Kind value, u32 limit = 0) {
  Global g = {};
  g.name = "a";
  g.value = value;
  g.is_array = key_count > 0;
  g.keys = keys;
  g.key_count = key_count;
  g.max_entries = limit;
  return g;
}

/// A program of copies of these globals only; makes the arrays.
inline void make_arrays(const Global* globals, u32 count) {
  static std::vector<Global> kept;
  static Program program;
  kept.assign(globals, globals + count);
  program = {};
  program.globals = kept.data();
  program.global_count = count;
  create_arrays(program, 2048);
}

}  // namespace ct::testing
