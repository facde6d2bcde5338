// The build-id note of an ELF file.
#pragma once

#include <string>

namespace ct {

/// Lower-case hex, or "" if the file has none. `error` is set when the file cannot be read.
std::string read_build_id(const char* path, std::string& error);

/// The same of the running kernel, from /sys/kernel/notes; "" if it has none.
std::string kernel_build_id();

}  // namespace ct
