#include "support/embedded_c.h"

#include <algorithm>
#include <cctype>

namespace coretap {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The first identifier from `at` on that begins with `prefix`; `at` becomes its end. "" if none does.
std::string next_identifier(const std::string& code, const std::string& prefix, size_t& at) {
  while ((at = code.find(prefix, at)) != std::string::npos) {
    bool begins = at == 0 || !is_name(code[at - 1]);
    size_t begin = at;
    while (at < code.size() && is_name(code[at])) at++;
    if (begins) return code.substr(begin, at - begin);
  }
  return "";
}

}  // namespace

std::vector<std::string> embedded_arguments(const std::string& code) {
  const std::string prefix = "STAP_ARG_";
  std::vector<std::string> names;
  size_t at = 0;
  for (std::string each; !(each = next_identifier(code, prefix, at)).empty();) {
    std::string name = each.substr(prefix.size());
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  return names;
}

std::string embedded_global_macro(const std::string& code) {
  size_t at = 0;
  return next_identifier(code, "STAP_GLOBAL_", at);
}

}  // namespace coretap
