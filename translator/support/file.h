// Whole files, read and written.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/common/result.h"

namespace coretap {

/// What `fd` still has to give. Fails with errno's text; a file of more than `most` bytes is a
/// failure as well.
ct::Result<std::string> read_all(int fd, size_t most = SIZE_MAX);

/// Reads a file of any kind: a script may come from a FIFO. Fails as read_all() does.
ct::Result<std::string> read_file(const std::string& path, size_t most = SIZE_MAX);

/// Writes all of `text`. Fails with errno's text.
ct::Status write_all(int fd, const std::string& text);

/// Makes the file `name` in the open folder `folder`, with the text, for its owner alone. Fails
/// with errno's text, and then no such file is left.
ct::Status write_file_at(int folder, const char* name, const std::string& text);

}  // namespace coretap
