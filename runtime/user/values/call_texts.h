// Texts of single arguments of system calls, by the names of the tapset functions that they are of.
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <span>
#include <string_view>

#include "runtime/shared/abi.h"

namespace ct {

/// Writes the text of `value`, NUL-terminated, to the `size` bytes at `out`, which are zero before.
using CallTextFunction = void (*)(char* out, size_t size, s64 value);

struct CallText {
  std::string_view name;  ///< of the tapset function: "_sys_open_flag_str"
  CallTextFunction function;
};
/// Those of tapsets/flags_files.stp, flags_net.stp and flags_process.stp.
std::span<const CallText> call_texts_of_files();
std::span<const CallText> call_texts_of_net();
std::span<const CallText> call_texts_of_process();

/// The function for the tapset function of this name, or null.
CallTextFunction call_text_function(std::string_view name);

/// "SIGTERM" for 15; null for what is not a signal from 1 to 31.
const char* signal_name(s64 number);

/// Writes "SIGTERM", "SIGRTMIN+2", or the number in hexadecimal, as _signal_name() of the tapsets.
void put_signal(char* out, size_t size, s64 number);

/// Appends `text`, or what `format` makes of the values, to the text in the `size` bytes at `out`.
inline void append(char* out, size_t size, const char* text) {
  const size_t used = strlen(out);
  snprintf(out + used, size - used, "%s", text);
}
template <typename... Values>
requires(sizeof...(Values) > 0) void append(char* out, size_t size, const char* format,
                                            Values... values) {
  const size_t used = strlen(out);
  snprintf(out + used, size - used, format, values...);
}

/// Appends what `put` writes of the values.
template <typename Put, typename... Values>
void append_by(Put put, char* out, size_t size, Values... values) {
  const size_t used = strlen(out);
  put(out + used, size - used, values...);
}

/// Copies bytes, which may be zero, as escape_text() of call_text.h copies a text.
void escape_bytes(char* out, std::string_view in, size_t limit, bool quoted);

/// The most bytes that ct_capture() of the tapset sends.
constexpr size_t kMostCaptured = 128;
/// What ct_capture() has sent; zero behind that. False if the memory could not be read.
bool captured_bytes(const char* text, unsigned char (&bytes)[kMostCaptured]);

}  // namespace ct
