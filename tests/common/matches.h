// Regular expressions (ECMAScript) over what other programs print. std::regex is compiled here once: each source that uses it
// takes four seconds more to compile.
#pragma once

#include <string>
#include <vector>

namespace coretap {

/// The groups of one match; group 0 is all of it, and a group that took no part is empty.
using Groups = std::vector<std::string>;

/// Every match in `text`, from left to right.
std::vector<Groups> all_matches(const std::string& text, const std::string& pattern);
/// The first match in `text`; no group if there is none.
Groups first_match(const std::string& text, const std::string& pattern);
/// `text` with `replacement` for every match.
std::string replace_matches(const std::string& text, const std::string& pattern,
                            const std::string& replacement);

}  // namespace coretap
