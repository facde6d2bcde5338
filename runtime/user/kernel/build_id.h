// The build-id note of an ELF file.
#pragma once

#include <libelf.h>

#include <string>

#include "runtime/common/result.h"

namespace ct {

/// Lower-case hex, or "" if the file has none.
std::string build_id_of(Elf* elf);

/// The same of a file, which must be ELF and have one.
Result<std::string> build_id_of_file(const std::string& path);

/// The same of the running kernel, from /sys/kernel/notes; "" if it has none.
std::string kernel_build_id();

/// The same of a loaded module; "" if it is not loaded, or has none.
std::string module_build_id(const std::string& module);

/// The same of the program that is running.
std::string own_build_id();

}  // namespace ct
