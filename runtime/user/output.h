// Standard output of a script: one buffer in front of one descriptor.
#pragma once

#include <string>

#include "harness.h"

namespace ct {

/// Sends the script's output to `path` (-o) from now on. With a limit (-S) to a series of files of
/// whole lines, `limit` bytes and no more than a line over it, PATH.0, PATH.1 …, of which the last `keep` stay (0: all).
/// Returns an error text or "".
std::string open_output(const char* path, u64 limit = 0, u32 keep = 0);
int output_descriptor();

/// Sends it to descriptor `fd`, which stays the caller's.
void set_output(int fd);

/// Writes out what is buffered. A write error is reported once, the rest of the output is
/// dropped, and the session is asked to end; see output_failed().
void flush_output();

/// True after a write error (full disk, closed pipe): the exit status must say so.
bool output_failed();

/// Messages about the run: "WARNING: …" and "ERROR: …" lines on stderr, after the output that was
/// printed before them. -w silences warnings.
void print_warning(const std::string& text);
/// A line on stderr for -v.
void print_note(const std::string& text);
void print_error(const std::string& text);
void silence_warnings();

}  // namespace ct
