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

}  // namespace ct
