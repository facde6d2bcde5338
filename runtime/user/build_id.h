// The build-id note of an ELF file.
#pragma once

#include <string>

namespace ct {

/// Lower-case hex, or "" if the file has none. `error` is set when the file cannot be read.
std::string read_build_id(const char* path, std::string& error);

}  // namespace ct
