#include "ir/words.h"

#include <array>

namespace coretap::ir {

const char* stat_word(StatFn fn) {
  static constexpr std::array kWords = {"@count", "@sum", "@min", "@max", "@avg", "@variance"};
  return kWords[static_cast<size_t>(fn)];
}

std::span<const char* const> block_words(Op op) {
  static constexpr std::array kIf = {"then", "else"};
  static constexpr std::array kLoop = {"while", "do", "step"};
  static constexpr std::array kTry = {"body", "catch"};
  static constexpr std::array kForeach = {"do"};
  switch (op) {
    case Op::If: return kIf;
    case Op::Loop: return kLoop;
    case Op::Try: return kTry;
    case Op::Foreach: return kForeach;
    default: return {};  // the others have no blocks
  }
}

}  // namespace coretap::ir
