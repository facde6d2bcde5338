// Helpers for tests that compile small programs and ask other tools about them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "dwarf/module.h"

namespace coretap::debug {

/// Standard output and error of a shell command.
std::string shell(const std::string& command);
bool have(const std::string& tool);
/// A directory of this test process, removed at its end.
const std::string& work_directory();

/// One way to compile a test program.
struct Build {
  std::string compiler;      ///< "gcc"
  std::string flags;         ///< "-O2 -gdwarf-5"
  std::string name() const;  ///< for test names: letters and digits only
};
/// How a failing test, and ctest's list, show it.
inline void PrintTo(const Build& build, std::ostream* out) {
  *out << build.compiler << ' ' << build.flags;
}
/// gcc and clang (and their C++ compilers for .cpp), the given -O levels, DWARF 4 and 5.
std::vector<Build> builds(const std::vector<std::string>& levels);

/// Compiles programs/`source` (not position-independent, so that addresses are gdb's) and returns
/// the executable's path, which tests must not change: it is kept in the build tree for all of
/// them. Fails the test if the compiler does.
std::string compile(const std::string& source, const Build& build, const std::string& more = "");
std::shared_ptr<Module> open_module(const std::string& path);

/// Runs gdb without user configuration on `program` with one command per line.
std::string gdb(const std::string& program, const std::vector<std::string>& commands);
std::string hex(uint64_t value);
/// The program's lines, for markers in comments: (line number, text).
std::map<unsigned, std::string> source_lines(const std::string& source);
/// The line whose text contains `marker`.
unsigned line_of(const std::string& source, const std::string& marker);

}  // namespace coretap::debug
