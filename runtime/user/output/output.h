// Standard output of a script: one buffer in front of one descriptor.
#pragma once

#include <functional>
#include <string>

#include "runtime/common/result.h"
#include "runtime/user/harness/harness.h"

namespace ct {

/// Sends the script's output to `path` (-o) from now on. With a limit (-S) to a series of files of
/// whole lines, `limit` bytes and no more than a line over it, PATH.0, PATH.1 …, of which the last `keep` stay (0: all).
Status open_output(const char* path, u64 limit = 0, u32 keep = 0);
int output_descriptor();

/// Sends it to descriptor `fd`, which stays the caller's.
void set_output(int fd);

/// Writes out what is buffered. A write error is reported once, the rest of the output is
/// dropped, and the session is asked to end; see output_failed().
void flush_output();

/// As flush_output() for a buffer that is full: the line that was begun stays, if others ended.
void make_room_in_output();

/// While output is blocked `is_waiting_over` is asked several times a second whether the session was
/// told to end. If so, a reader that takes nothing for two seconds more is given up: what is lost is
/// reported, and output_failed() is true.
void set_output_watch(std::function<bool()> is_waiting_over);

/// The command of -c writes to the same pipe, if it is one: its text must come between lines.
void share_output_with_command();

/// True after a write error (full disk, closed pipe): the exit status must say so.
bool output_failed();
/// It was a pipe whose reader has gone or was given up: the exit status is 1, and no more is said.
bool output_reader_is_gone();

/// Messages about the run: "WARNING: …" and "ERROR: …" lines on stderr, after the output that was
/// printed before them. -w silences warnings.
void print_warning(const std::string& text);
/// A line on stderr for -v.
void print_note(const std::string& text);
void print_error(const std::string& text);
/// Colours of the words that open messages: parameters of SGR sequences (ECMA-48), "" for none.
void color_messages(const std::string& error, const std::string& warning);
void silence_warnings();
void repeat_warnings();  ///< shows a warning as often as it comes

}  // namespace ct
