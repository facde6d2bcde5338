// How an object is known again in a process that has loaded it.
#pragma once

#include "dwarf/elf_file.h"
#include "dwarf/records.h"
#include "runtime/common/result.h"

namespace coretap::debug {

/// Fails with a clause if the object could not be told from others: it has no build-id, or is not linked dynamically.
ct::Result<LoadMark> read_load_mark(const ElfFile& object);

}  // namespace coretap::debug
