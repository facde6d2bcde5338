// Texts of single arguments of system calls, by the names of the tapset functions that they are of.
#pragma once

#include <stddef.h>

#include <string_view>

#include "runtime/shared/abi.h"

namespace ct {

/// Writes the text of `value`, NUL-terminated, to the `size` bytes at `out`, which are zero before.
using CallTextFunction = void (*)(char* out, size_t size, s64 value);

/// The function for the tapset function of this name ("_sys_open_flag_str"), or null.
CallTextFunction call_text_function(std::string_view name);

/// "SIGTERM" for 15; null for what is not a signal from 1 to 31.
const char* signal_name(s64 number);

/// The most bytes that ct_capture() of the tapset sends.
constexpr size_t kMostCaptured = 128;
/// What ct_capture() has sent; zero behind that. False if the memory could not be read.
bool captured_bytes(const char* text, unsigned char (&bytes)[kMostCaptured]);

/// A word of the traced program's memory travels in a text, which has no zero bytes: as kWordBytes bytes of seven bits each,
/// the lowest first, with the eighth bit set.
constexpr size_t kWordBytes = 10;
inline u64 captured_word(const char* text) {
  constexpr int kBits = 7;
  u64 word = 0;
  for (size_t k = kWordBytes; k-- > 0;)
    word = word << kBits | (static_cast<unsigned char>(text[k]) & 0x7f);
  return word;
}

}  // namespace ct
