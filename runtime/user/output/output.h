// Standard output of a script: one buffer in front of one descriptor.
// With --output=json (docs/json-output.md) what is printed and every message is an object on a line of that output.
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

/// As flush_output() for a buffer that is full, `sink`: the line that was begun stays, if others ended.
void make_room_in_output(const Sink& sink);

/// From now on the output is JSON.
void set_output_to_json();
bool output_is_json();
/// What is printed from now on is printed by a handler of `pp`, for an event of `time_ns` (CLOCK_MONOTONIC). `pp` must stay.
void begin_prints(const char* pp, u64 time_ns);
/// A line of its own between what was and what will be printed: `object` is a JSON object.
void put_object(const std::string& object);

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
/// Who says something, of the words of docs/json-output.md.
enum class Speaker : uint8_t { Session, Handler, Script };
/// A message whose parts are known.
struct Message {
  Speaker from = Speaker::Session;
  std::string text = {};
  /// Of a handler's error: where it was raised, in SystemTap's words, or "".
  std::string near = {};
  const char* probe = nullptr;  ///< of the handler
  const char* file = nullptr;   ///< of the script, with `line`, if they are known
  u32 line = 0;
};
void print_error(const Message& message);
/// Colours of the words that open messages: parameters of SGR sequences (ECMA-48), "" for none.
void color_messages(const std::string& error, const std::string& warning);
void silence_warnings();
void repeat_warnings();  ///< shows a warning as often as it comes

}  // namespace ct
