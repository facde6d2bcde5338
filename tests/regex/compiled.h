// A pattern made ready for the runtime's matcher, as the emitters do it in generated C++.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "regex/dfa.h"
#include "runtime/user/harness/harness.h"

namespace coretap::regex {

class Compiled {
 public:
  /// The pattern must be good.
  explicit Compiled(const std::string& pattern);

  bool matches(const std::string& text) const { return ct::regex_match(view(text), regex_) != 0; }
  /// The text of group `n` of a match.
  std::string group(const std::string& text, unsigned n) const;
  unsigned groups() const { return regex_.groups; }
  const Dfa& dfa() const { return dfa_; }

 private:
  static ct::View view(const std::string& text) {
    return {text.data(), static_cast<u32>(text.size())};
  }
  Dfa dfa_;
  std::vector<ct::RegexStep> steps_;
  struct Set {
    u8 bytes[32];
  };
  std::vector<Set> sets_;
  ct::Regex regex_{};
};

}  // namespace coretap::regex
