// The build-id note of an ELF file.
#pragma once

#include <libelf.h>

#include <string>

namespace ct {

/// Lower-case hex, or "" if the file has none.
std::string build_id_of(Elf* elf);

/// The same of the running kernel, from /sys/kernel/notes; "" if it has none.
std::string kernel_build_id();

/// The same of the program that is running.
std::string own_build_id();

}  // namespace ct
