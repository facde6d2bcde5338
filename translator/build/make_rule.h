// Reading the rules for make in which compilers list the files that they have read (-MD).
#pragma once

#include <string>
#include <vector>

namespace coretap {

/// The files after the colon of `target: file file \`; the escapes are those that gcc and clang
/// write: "\ " and "\#" for the character, "$$" for a dollar, a backslash before the line's end.
std::vector<std::string> prerequisites(const std::string& rule);

}  // namespace coretap
