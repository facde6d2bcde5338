#include "build/make_rule.h"

namespace coretap {

std::vector<std::string> prerequisites(const std::string& rule) {
  std::vector<std::string> files;
  std::string name;
  auto end_of_name = [&] {
    if (!name.empty()) files.push_back(std::move(name));
    name.clear();
  };
  size_t at = rule.find(": ");
  if (at == std::string::npos) return files;
  for (size_t i = at + 1; i < rule.size(); i++) {
    char c = rule[i], next = i + 1 < rule.size() ? rule[i + 1] : '\0';
    if (c == '\n') break;
    if (c == '\\' && next == '\n') {
      end_of_name();
      i++;
    } else if ((c == '\\' && (next == ' ' || next == '#')) || (c == '$' && next == '$')) {
      name += next;
      i++;
    } else if (c == ' ') {
      end_of_name();
    } else {
      name += c;
    }
  }
  end_of_name();
  return files;
}

}  // namespace coretap
