// Arguments of system calls as one text: what argstr is made of in user space. call_text.cpp has the language of `spec`.
#pragma once

#include <stddef.h>

#include "../../shared/abi.h"

namespace ct {

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

/// What was captured of a call. `texts` are as the tapset function __call_string() gives them: "" if the address cannot be
/// read, else a character and the text.
struct CallArguments {
  s64 words[6];
  const char* texts[4];
  const char* memory;  ///< the words of the structs, as __call_memory() of the tapset gives them
};

/// Writes the arguments as `spec` says to the `size` bytes at `out`; what does not fit is cut, as sprintf() of the script does.
void call_text(char* out, size_t size, const char* spec, const CallArguments& arguments);

/// Writes a time in seconds since 1970: "Sat Nov 21 07:04:43 2026", or the number if it is no such time.
void date_text(char* out, size_t size, s64 seconds);

/// Writes a set of signals, a bit for each: [SIGINT|SIGTERM], or [EMPTY].
void sigset_text(char* out, size_t size, s64 set);

/// Writes the kernel's struct sigaction: its handler, flags, restorer and mask.
void sigaction_text(char* out, size_t size, const s64* words);

/// Writes a struct sockaddr of `length` bytes as SystemTap does: {AF_INET, 127.0.0.1, 80}. `raw` is what __struct_raw() of
/// the tapset captured; "" if that could not be read.
void sockaddr_text(char* out, size_t size, const char* raw, s64 length);

/// The same of a struct timex and of a struct sched_attr.
void timex_text(char* out, size_t size, const char* raw);
void sched_attr_text(char* out, size_t size, const char* raw);

/// Copies a text with C escapes for what is not printable ASCII; `out` has room for `limit` + 1 bytes. `limit`: most
/// characters of the result, at least 5. A text in quotes that does not fit has its last three characters replaced by the
/// closing quote and dots.
void escape_text(char* out, const char* in, size_t limit, bool quoted);

}  // namespace ct
