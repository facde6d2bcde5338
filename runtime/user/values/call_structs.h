// Texts of the structs that travel as words (call_text.cpp says how they come).
#pragma once

#include <stddef.h>

#include "runtime/shared/abi.h"

namespace ct {

/// What the letter of an item stands for. `null` is shown where there is none; `before` and `after` stand around it.
struct Struct {
  char kind;
  u32 words;
  void (*put)(char* out, size_t size, const s64* words);  ///< appends one
  const char *null, *before, *after;
};

/// The row of a letter, or null.
const Struct* struct_of(char kind);

/// Writes `count` structs at `address`, or the address if `words` is null, because they could not be read.
void put_structs(char* out, size_t size, const Struct& kind, u32 count, s64 address,
                 const s64* words);

/// The captured words: of each whether it could be read, and the word.
class Memory {
 public:
  explicit Memory(const char* text);

  const s64* next() const { return words_ + at_; }
  /// Passes `count` words; whether all of them could be read.
  bool take(u32 count);

 private:
  static constexpr u32 kMost = 4;
  s64 words_[kMost] = {};
  bool read_[kMost] = {};
  u32 count_ = 0, at_ = 0;
};

}  // namespace ct
