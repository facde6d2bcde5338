#include "matches.h"

#include <regex>

// g++ 12 with -fsanitize warns of its own <regex>.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace coretap {

std::vector<Groups> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<Groups> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it)
    found.emplace_back(it->begin(), it->end());
  return found;
}

Groups first_match(const std::string& text, const std::string& pattern) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex(pattern))) return {};
  return {match.begin(), match.end()};
}

std::string replace_matches(const std::string& text, const std::string& pattern,
                            const std::string& replacement) {
  return std::regex_replace(text, std::regex(pattern), replacement);
}

}  // namespace coretap
