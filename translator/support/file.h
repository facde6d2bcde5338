// Whole files, read and written.
#pragma once

#include <cstddef>
#include <string>

namespace coretap {

/// Reads what `fd` still has to give. False with errno's text in `error`; a file of more than
/// `most` bytes is an error as well.
bool read_all(int fd, std::string& text, std::string& error, size_t most = SIZE_MAX);

/// Reads a file of any kind: a script may come from a FIFO. The same results as read_all().
bool read_file(const std::string& path, std::string& text, std::string& error,
               size_t most = SIZE_MAX);

/// Writes all of `text`. False with errno's text in `error`.
bool write_all(int fd, const std::string& text, std::string& error);

/// Makes the file `name` in the open folder `folder`, with the text, for its owner alone. False
/// with errno's text in `error`, and then no such file is left.
bool write_file_at(int folder, const char* name, const std::string& text, std::string& error);

}  // namespace coretap
