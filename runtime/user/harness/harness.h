// What the C++ that coretap generates from a script may use. It includes no heavy standard header,
// because a run-now script waits for this to be compiled (about 0.1 s); everything with a body of
// more than a few lines lives in libcoretap_user and knows no MAXSTRINGLEN but the one it is given.
//
// Two macros come from the generated unit: CT_MAXSTRINGLEN, and CT_KEY_BYTES, the longest packed
// key (9 bytes for a long; 5 and the text for a string).
//
// Run-time errors are C++ exceptions of type ct::Error: `try`/`catch` of the script is try/catch
// here, and a handler that lets one escape is ended by the session, which reports it. `near` is
// where: "operator '/' at FILE:LINE:COL", in SystemTap's words, or null.
#pragma once

#include <string.h>

#include "program.h"

#ifndef CT_MAXSTRINGLEN
#define CT_MAXSTRINGLEN 512
#endif
#ifndef CT_KEY_BYTES
#define CT_KEY_BYTES 4096
#endif

// What C that was written for stap calls and an older C library lacks.
#if defined(__GLIBC__) && !__GLIBC_PREREQ(2, 38)
inline size_t strlcpy(char* to, const char* from, size_t size) {
  size_t length = strlen(from), n = length < size ? length : size - 1;
  if (size == 0) return length;
  memcpy(to, from, n);
  to[n] = 0;
  return length;
}
inline size_t strlcat(char* to, const char* from, size_t size) {
  size_t used = strnlen(to, size);
  return used + (used < size ? strlcpy(to + used, from, size - used) : strlen(from));
}
#endif

namespace ct {

// ------------------------------------------------------------------ strings

/// A string that is written: `capacity` bytes at `data`, of which the last is for the NUL.
struct Out {
  char* data;
  u32 capacity;
  u32* size;
};

void copy(Out to, View from);
void concat(Out to, View a, View b);  ///< `to` may be one of the operands

/// A string variable. Copies only the bytes in use.
struct Str {
  u32 size = 0;
  char data[CT_MAXSTRINGLEN];

  Str() { data[0] = 0; }
  Str(const Str& other) { *this = other; }
  Str(View v) { copy(*this, v); }
  Str& operator=(const Str& other) {  // NOLINT(bugprone-unhandled-self-assignment): memmove may
    size = other.size;
    memmove(data, other.data, other.size + 1);
    return *this;
  }
  Str& operator=(View v) {
    copy(*this, v);
    return *this;
  }
  operator View() const { return {data, size}; }
  operator Out() { return {data, CT_MAXSTRINGLEN, &size}; }
};

/// The NUL-terminated text in a fixed buffer, as records and shared globals hold it.
inline View text(const char* buffer, u32 capacity) {
  return {buffer, static_cast<u32>(strnlen(buffer, capacity))};
}
/// The value that a table has for the site with this index.
template <typename Value, size_t count>
const Value& row(const Value (&table)[count], s64 site) {
  return table[site >= 0 && site < static_cast<s64>(count) ? site : 0];
}
inline View text(const char* s) { return {s, static_cast<u32>(strlen(s))}; }

s64 compare(View a, View b);  ///< as unsigned bytes: <0, 0, >0
inline s64 equal(View a, View b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

// ------------------------------------------------------------------ regular expressions

enum class RegexOp : u8 { Byte, Fork, Jump, Save, Begin, End, Match };
/// One step of a pattern's program: see translator/regex/program.h.
struct RegexStep {
  RegexOp op;
  u16 x, y;
};
/// A pattern. Its table says whether it is in a text (translator/regex/dfa.h); its program, which
/// is there only if the script asks for groups, says where.
struct Regex {
  const u8* column_of;  ///< by byte
  const u16* next;      ///< by state and column
  u32 columns;
  u16 start;
  const RegexStep* steps;
  u32 step_count;
  const u8 (*sets)[32];  ///< bit b & 7 of byte b >> 3: byte b is in the set
  u32 groups;            ///< with group 0, the whole match
};
s64 regex_match(View text, const Regex& regex);
/// matched(): group `n` of the last match, which found regex `which - 1` in `text`; 0: it failed.
void matched(Out to, s64 n, s64 which, View text, const Regex* regexes);
s64 ngroups(s64 which, const Regex* regexes);

// ------------------------------------------------------------------ errors

/// A run-time error. `near` is null for error("…").
struct Error {
  char message[CT_ERROR_TEXT * 2];
  const char* near;
};
/// Thrown by `next` in a function: leaves the handler. Not an error, so no catch block sees it.
struct NextHandler {};

[[noreturn]] void fail(const char* near, const char* message);
[[noreturn]] void fail(View message);  ///< error("…")
[[noreturn]] void failf(const char* format, ...) __attribute__((format(printf, 1, 2)));
[[noreturn]] void next_handler();
/// The same of a return whose entry was not seen: it is counted.
[[noreturn]] void entry_unseen();
/// `next` in a function: its caller tries the overload after it. Only between the end of a call
/// and the question of its caller is the answer "yes".
void decline();
s64 was_declined();
/// Text of a caught error as a catch block sees it.
inline View message(const Error& e) { return text(e.message); }

s64 divide(s64 a, s64 b, const char* near = nullptr);  ///< towards zero; by zero: error
s64 modulo(s64 a, s64 b, const char* near = nullptr);
inline s64 larger(s64 a, s64 b) { return a > b ? a : b; }
inline s64 smaller(s64 a, s64 b) { return a < b ? a : b; }

/// Runs kernel handler number `handler`, the kernel part of the present user-side handler, and then what it has sent to user
/// space. An error that ended it is raised here.
void run_kernel_part(u32 handler);
/// Runs a kernel handler that only computes, with `count` arguments. Its error is raised here.
void ask_kernel(u32 handler, const s64* arguments, u32 count);

/// Set by signal handlers; see check_interrupt.
extern volatile int pending_interrupts;
void interrupted();
/// In every loop: a handler that does not end can still be stopped by Ctrl-C.
inline void check_interrupt() {
  if (__builtin_expect(pending_interrupts != 0, 0)) interrupted();
}

/// Statements that the run of a handler has left: MAXACTION.
extern s64 actions_left;
[[noreturn]] void too_many_actions(const char* near);
/// On the way into a handler and a function, and in each turn of a loop: so many statements follow.
inline void take_actions(s64 count, const char* near) {
  if (__builtin_expect(actions_left < count, 0)) too_many_actions(near);
  actions_left -= count;
}

/// Counts calls of recursive functions: MAXNESTING.
class Nest {
 public:
  explicit Nest(const char* near);
  ~Nest();
};

// ------------------------------------------------------------------ output

/// Where formatted text goes: standard output, or a string that is cut at its capacity.
struct Sink {
  char* data;
  u32 size, capacity;
  bool is_output;  ///< flushed when full
};
Sink& output();
/// A sink that writes to `to`; finish() sets the string's size.
Sink to_string(Out to);
void finish(Sink& sink, Out to);

enum Flag : u8 { kMinus = 1, kPlus = 2, kSpace = 4, kZero = 8, kHash = 16 };
/// How one conversion is printed. -1: no width or precision given.
struct Spec {
  char conversion;
  u8 flags;
  s64 width, precision;
};
void put(Sink& sink, View literal);
void put_long(Sink& sink, s64 value, Spec spec);  ///< d u x X o p b c
void put_str(Sink& sink, View value, Spec spec);  ///< s m M

// Pretty printing's own conversions (FormatPiece).
struct EnumName {
  s64 value;
  View name;
};
/// Prints "<fault>" if `faults` has the bit, "0x0" if it is text and the next bit is there; false: neither.
bool put_fault(Sink& sink, s64 faults, u32 bit, bool is_text);
/// The first `most` bytes of the text, or all of it.
View head(View text, s64 most);
void put_quoted(Sink& sink, View text);
void put_quoted(Sink& sink, s64 character);
void put_enum(Sink& sink, s64 value, const EnumName* names, u32 count, bool is_flags);
void put_float(Sink& sink, s64 bits, bool is_double);
void put_wide(Sink& sink, s64 low, s64 high, char conversion);  ///< I U L

/// %m and %M of an address: only the kernel side can read it, so this is an error.
[[noreturn]] void no_memory(s64 address, bool is_user, const char* near);

/// In a child process, before it becomes another program: what that prints must not come between lines of JSON, and so goes
/// to standard error where the output is JSON on standard output.
void let_child_print();

/// printf for embedded C.
void printf(const char* format, ...) __attribute__((format(printf, 1, 2)));

// ------------------------------------------------------------------ scalars

/// A string global in harness memory or in ct_globals.
inline void store(char* buffer, u32 capacity, View value) {
  u32 size = 0;
  copy({buffer, capacity, &size}, value);
  memset(buffer + size, 0, capacity - size);  // keys and compares rely on zeros
}
/// Shared scalars that the kernel only adds to: what arrives between a read and a write of the
/// same handler is kept, so `print(n); n = 0` loses no count. `global` is an index.
s64 additive_get(u32 global, s64* slot);
void additive_set(u32 global, s64* slot, s64 value);
s64 additive_add(u32 global, s64* slot, s64 delta);  ///< the value after
/// The value after. Where `delta` was read from *slot (`n += n`), g++ 12 takes the memory for the operand and reads it again for the
/// sum, after the addition; the empty asm keeps the value in a register.
inline s64 atomic_add(s64* slot, s64 delta) {
  asm("" : "+r"(delta));
  return __atomic_add_fetch(slot, delta, __ATOMIC_RELAXED);
}
/// *slot = f(*slot), whatever kernel code does to it meanwhile; the value after.
template <typename F>
s64 atomic_update(s64* slot, F&& f) {
  s64 old = __atomic_load_n(slot, __ATOMIC_RELAXED), now;
  do now = f(old);
  while (!__atomic_compare_exchange_n(slot, &old, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  return now;
}
/// The handler itself has changed an additive scalar, by `delta`.
void additive_changed(u32 global, s64 delta);
template <typename F>
s64 additive_update(u32 global, s64* slot, F&& f) {
  s64 before = 0;
  s64 now = atomic_update(slot, [&](s64 old) { return f(before = old); });
  additive_changed(global, static_cast<s64>(static_cast<u64>(now) - static_cast<u64>(before)));
  return now;
}

// ------------------------------------------------------------------ arrays and statistics

/// The keys of one element, packed. A `*` of a slice is packed too, and only matched by slices.
struct Key {
  u32 size = 0;
  char data[CT_KEY_BYTES];

  Key& add(s64 v) {
    data[size++] = 'l';
    memcpy(data + size, &v, sizeof v);
    size += sizeof v;
    return *this;
  }
  Key& add(View v) {
    data[size++] = 's';
    memcpy(data + size, &v.size, sizeof v.size);
    memcpy(data + size + sizeof v.size, v.data, v.size);
    size += sizeof v.size + v.size;
    return *this;
  }
  Key& any() {
    data[size++] = '*';
    return *this;
  }
  operator View() const { return {data, size}; }
};

// `global` is an index into Program::globals; a scalar statistic has an empty key.
s64 array_get(u32 global, View key);
void array_get(u32 global, View key, Out to);
void array_set(u32 global, View key, s64 value, const char* near);
void array_set(u32 global, View key, View value, const char* near);
s64 array_add(u32 global, View key, s64 delta, const char* near);  ///< the value after
s64 array_in(u32 global, View key, bool slice);
/// An element that is not there is made from 0, unless it would stay 0 and `make_zero` is false.
template <typename F>
s64 array_update(u32 global, View key, bool make_zero, F&& f, const char* near) {
  s64 now = f(array_get(global, key));
  if (now != 0 || make_zero || array_in(global, key, false)) array_set(global, key, now, near);
  return now;
}
void array_delete(u32 global, View key, bool slice);
void array_clear(u32 global);

enum class StatFn : u8 { Count, Sum, Min, Max, Avg, Variance };
void stat_add(u32 global, View key, s64 value, const char* near);
s64 stat_get(u32 global, View key, StatFn fn, s64 shift, const char* near);
/// `hist` is an index into Global::hists.
void put_hist(Sink& sink, u32 global, View key, u32 hist, const char* near);
s64 hist_get(u32 global, View key, u32 hist, s64 bucket, const char* near);

struct Order {
  int direction;  ///< +1 ascending, -1 descending, 0 as inserted
  u32 column;     ///< 0 the value, N the N-th key
  StatFn stat;
};
struct Rows;
constexpr s64 kNoLimit = INT64_MAX;  ///< of foreach
/// foreach: a snapshot of the elements, so that the body may delete and add.
class Cursor {
 public:
  /// `slice` is a packed key with `*`s, or empty. A negative `limit` is 0, as in stap.
  Cursor(u32 global, Order order, s64 limit, View slice);
  /// foreach over all buckets of a histogram in the order of their numbers; an empty statistic's
  /// are all 0.
  Cursor(u32 global, View key, u32 hist, s64 limit);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  bool next();
  s64 key_long(u32 column) const;
  View key_str(u32 column) const;
  s64 value_long() const;  ///< of a statistic: its @count
  View value_str() const;

 private:
  Rows* rows_;
};

// ------------------------------------------------------------------ session

void request_exit();
s64 target_pid();  ///< -c, -x; 0 if neither
/// A user's number (or a group's) as the target's user namespace has it; the kernel's overflow id if it has none.
s64 id_in_namespace(s64 id, bool is_group);
const char* probe_point();  ///< pp() of the running handler
const char* probe_type();   ///< probe_type() of the running handler
/// Header of the record whose segment is running, or null in other handlers.
const ct_rec_hdr* current_record();
void warn(View message);  ///< warn("…"): "WARNING: …" on stderr
void switch_file();  ///< the output of -o goes on in the next file; not to a file: does nothing
const char* session_name();  ///< module_name(): of the folder that procfs probes' files are in

/// $value of a procfs probe: what was written; what a reader gets (too long: error).
void file_value(Out to);
void set_file_value(View text);
void append_file_value(View text);
/// The line of standard input that ended with the last character; "" within a line.
void input_line(Out to);

}  // namespace ct
