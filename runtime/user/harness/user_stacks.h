// The functions of user code's stacks and symbols (tapsets/ustack.stp): ubacktrace(), print_ubacktrace(), usymname() and
// their like. A script that uses one has a UserStacks object in its harness. It makes the session watch what processes map.
//
// Stacks are unwound when their records arrive, and known by their ids while the handlers that asked run. A stack that a
// script has had as text is known by that text, too: printed in another handler, or after the process has ended, it has the
// symbols of the process that it came from.
#pragma once

#include <stddef.h>

#include "../../shared/ustack.h"

// From the generated unit, as CT_MAXSTRINGLEN is.
#ifndef CT_MAXBACKTRACE
#define CT_MAXBACKTRACE 20
#endif

namespace ct {

/// What the session calls, if the script has to do with user code's stacks.
struct StackHooks {
  void (*begin)();                                ///< before the first record
  void (*look)();                                 ///< now and then
  void (*record)(const void* data, size_t size);  ///< CT_REC_USTACK
};
extern const StackHooks* stack_hooks;  ///< null: it has not

namespace user_stacks {

/// In the harness, as a static object: the session calls us. A stack has at most so many frames (MAXBACKTRACE).
struct Use {
  explicit Use(u32 max_frames);
};

/// How SystemTap writes an address with what is known of it.
enum class Style {
  Brief,     ///< name+0xOFFSET
  Simple,    ///< name+0xOFFSET [module's base name]
  Full,      ///< " 0xADDRESS : name+0xOFFSET/0xSIZE [module]"
  FileLine,  ///< as Full, with " at FILE:LINE"; inlined functions have lines of their own
  Name,      ///< name
  Data,      ///< name+0xOFFSET/0xSIZE [module]
  File,
  Line,
  FileAndLine,
};

/// ubacktrace(): addresses in hexadecimal with a blank behind each, and "..." if frames are missing at the end.
void addresses(char* to, size_t size, s64 id);
/// ustack(n): an error if there is no such frame.
s64 frame(s64 id, s64 n);
/// ucallers(n).
void callers(char* to, size_t size, s64 id, s64 n);
/// print_ubacktrace() and its like, at the probe `point`.
void print(s64 id, Style style, const char* point);
void sprint(char* to, size_t size, s64 id, Style style);
/// print_ustack() and its like: the addresses in a text.
void print_addresses(const char* text, Style style);
void sprint_addresses(char* to, size_t size, const char* text);
/// usymname() and its like, of the process whose event is handled.
void describe(char* to, size_t size, u64 address, Style style);
/// umodname(); false: nothing is mapped there.
bool module_name(char* to, size_t size, u64 address);
/// umodaddr(): an error if nothing is mapped there.
s64 module_offset(u64 address);
/// umodbuildid(): an error if nothing is mapped there, or its file has no build-id.
void module_build_id(char* to, size_t size, u64 address);

}  // namespace user_stacks
}  // namespace ct
