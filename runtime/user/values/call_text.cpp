// The text of a system call's arguments.
//
// A `spec` has an item for each argument that is shown, with a space between two; gen_syscalls.py makes it of
// syscalls.table. An item is the argument's number, how its register is read, and how it is shown:
//
//   1i 1u 1l 1U 1p 1x 1o   int, unsigned, long, unsigned long, address, unsigned in hexadecimal or in octal
//   1i:NAME                the text that the tapset function NAME makes of it
//   3i:NAME(1)             of argument 1, an int, and this one
//   2s                     the next of the captured texts, in quotes; its address if it could not be read
//   2w                     the next of the captured texts, as it is
//   2q3 2h3                the next of the captured texts is the bytes of a buffer (q) or of a struct sockaddr (h), of which
//                          argument 3 is the number
//   2T 2S                  the next of the captured texts is the bytes of a struct timex or sched_attr
//   2q3@1                  the captured text that the item takes is the one with this index, and the next is behind it
//   4t1 4v2 4r1 …          structs in the captured memory: call_structs.cpp has the letters
//   …?3&64                 the item is there only if argument 3 has one of these bits
//   …?2~2561               the item is there only if 2561 has bit number (argument 2, without futex(2)'s flags)
//
// A spec is taken apart when it is first met. Segments run in one thread, so what it has become is kept without a lock.
#include "runtime/user/harness/call_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "call_structs.h"
#include "call_texts.h"

namespace ct {
namespace {

/// Which table the value of another argument chooses; null: none, and the number is shown.
using Choice = CallTextFunction (*)(s64 other);

/// How a captured text is shown: `count` is the argument that tells its size, if the letter is followed by one.
struct Captured {
  char kind;
  bool has_count;
  void (*put)(char* out, size_t size, s64 address, s64 count, const char* captured);
};

/// Arguments are numbered from 1 on; 0: none.
struct Item {
  u32 argument = 0;
  char kind = 0;
  const Captured* captured = nullptr;  ///< null: it is no captured text
  const Struct* structs = nullptr;     ///< null: it is no struct in the captured memory
  u32 count = 0;  ///< of structs; or the argument that is a captured text's size
  u32 text = 0;   ///< the index of the captured text; 0: the next
  CallTextFunction function = nullptr;  ///< makes the text of the value
  Choice choice = nullptr;              ///< tells, by argument `other`, which does
  u32 other = 0;
  u32 only_if = 0;
  bool only_if_operation = false;  ///< the argument is the number of a bit, not a set
  s64 only_if_bits = 0;

  /// Whether it is there.
  bool is_shown(const s64* words) const {
    if (only_if == 0) return true;
    const s64 value = words[only_if - 1];
    constexpr s64 kOperation = 127, kMost = 63;  // FUTEX_CMD_MASK, without its two flags
    if (!only_if_operation) return (value & only_if_bits) != 0;
    return (value & kOperation) <= kMost && (only_if_bits >> (value & kOperation) & 1) != 0;
  }
};

s64 as_int(s64 word) { return static_cast<s32>(word); }

/// The register's word as the kernel takes it.
s64 read(char kind, s64 word) {
  switch (kind) {
    case 'i': return as_int(word);
    case 'u':
    case 'x':
    case 'o': return word & 0xffffffff;
    default: return word;
  }
}

/// Appends what the tapset function `name` makes of a value.
void append_text(char* out, size_t size, std::string_view name, s64 value) {
  append_by(call_text_function(name), out, size, value);
}

void put_decimal(char* out, size_t size, s64 value) { snprintf(out, size, "%lld", value); }

/// As the script's %#o: 0 is 00.
void put_octal(char* out, size_t size, s64 value) {
  snprintf(out, size, "0%llo", static_cast<u64>(value));
}

/// Flags that `names` makes a text of, and the permissions below them.
void put_flags_and_mode(char* out, size_t size, s64 flags, CallTextFunction names) {
  constexpr s64 kPermissions = 511;
  if ((flags & ~kPermissions) != 0) {
    names(out, size, flags & ~kPermissions);
    append(out, size, "|");
  }
  append_by(put_octal, out, size, flags & kPermissions);
}

/// As _ipc_flags_str().
void put_ipc_flags(char* out, size_t size, s64 flags) {
  put_flags_and_mode(out, size, flags, call_text_function("_ipc_flags_bits_str"));
}

/// As _shmget_flags_str().
void put_shmget_flags(char* out, size_t size, s64 flags) {
  put_flags_and_mode(out, size, flags, call_text_function("_shmget_flags_bits_str"));
}

/// As _futex_wake_op_str(): what FUTEX_WAKE_OP does, in its last argument (futex(2)).
void put_wake_operation(char* out, size_t size, s64 encoded) {
  const auto bits = static_cast<s32>(encoded);
  append(out, size, bits < 0 ? "{FUTEX_OP_OPARG_SHIFT|" : "{");
  append_text(out, size, "_futex_wake_what_str", bits >> 28 & 7);
  append(out, size, ", %lld, ", static_cast<s64>(bits << 8 >> 20));
  append_text(out, size, "_futex_wake_if_str", bits >> 24 & 15);
  append(out, size, ", %lld}", static_cast<s64>(bits << 20 >> 20));
}

/// As _quotactl_cmd_str().
void put_quota_command(char* out, size_t size, s64 command) {
  append_text(out, size, "_quotactl_subcmd_str", command >> 8);
  append(out, size, "|");
  append_text(out, size, "_quota_type_str", command & 255);
}

/// As _ioprio_value_str().
void put_io_priority(char* out, size_t size, s64 value) {
  append_text(out, size, "_ioprio_class_str", value >> 13);
  append(out, size, "|%lld", value & 0x1fff);
}

/// As _ipc_key_str().
void put_ipc_key(char* out, size_t size, s64 key) {
  key == 0 ? append(out, size, "IPC_PRIVATE") : put_decimal(out, size, key);
}

/// As _dfd_str().
void put_folder(char* out, size_t size, s64 fd) {
  fd == -100 ? append(out, size, "AT_FDCWD") : put_decimal(out, size, fd);
}

/// As _sock_protocol_str().
CallTextFunction protocol_of(s64 family) {
  if (family == 2 || family == 10) return call_text_function("_sock_protocol_inet_str");
  return family == 16 ? call_text_function("_sock_protocol_netlink_str") : nullptr;
}

/// As _sockopt_optname_str().
CallTextFunction option_of(s64 level) {
  struct Row {
    s64 level;
    std::string_view names;
  };
  constexpr Row rows[] = {
      {0, "_sockopt_optname_ip_str"},       {1, "_sockopt_optname_socket_str"},
      {6, "_sockopt_optname_tcp_str"},      {17, "_sockopt_optname_udp_str"},
      {41, "_sockopt_optname_ipv6_str"},    {255, "_sockopt_optname_raw_str"},
      {263, "_sockopt_optname_packet_str"}, {270, "_sockopt_optname_netlink_str"},
  };
  for (const Row& row : rows)
    if (row.level == level) return call_text_function(row.names);
  return nullptr;
}

/// The tapset functions that are more than a table.
struct Written {
  std::string_view name;
  CallTextFunction function;
  Choice choice;
};
constexpr Written kWritten[] = {
    {"_dfd_str", put_folder, nullptr},
    {"_signal_name", ct::put_signal, nullptr},
    {"_ipc_key_str", put_ipc_key, nullptr},
    {"_ipc_flags_str", put_ipc_flags, nullptr},
    {"_shmget_flags_str", put_shmget_flags, nullptr},
    {"_quotactl_cmd_str", put_quota_command, nullptr},
    {"_ioprio_value_str", put_io_priority, nullptr},
    {"_futex_wake_op_str", put_wake_operation, nullptr},
    {"_sock_protocol_str", nullptr, protocol_of},
    {"_sockopt_optname_str", nullptr, option_of},
};

void put_number(char* out, size_t size, char kind, s64 value) {
  switch (kind) {
    case 'U': snprintf(out, size, "%llu", static_cast<u64>(value)); return;
    case 'p':
    case 'x': snprintf(out, size, "0x%llx", static_cast<u64>(value)); return;
    case 'o': put_octal(out, size, value); return;
    default: put_decimal(out, size, value);
  }
}

void put_plain(char* out, size_t size, s64, s64, const char* captured) {
  snprintf(out, size, "%s", captured);
}

void put_string(char* out, size_t size, s64 address, s64, const char* captured) {
  *captured ? escape_text(out, captured + 1, size - 1, true) : put_number(out, size, 'p', address);
}

/// As user_buffer_quoted(address, count, 45) of the tapset.
void put_buffer(char* out, size_t size, s64 address, s64 count, const char* captured) {
  constexpr size_t kShown = 45;
  unsigned char bytes[kMostCaptured];
  if (!captured_bytes(captured, bytes)) return put_number(out, size, 'p', address);
  const auto length = std::min<u64>(static_cast<u64>(count), sizeof(bytes));
  escape_bytes(out, {reinterpret_cast<const char*>(bytes), length}, std::min(kShown, size - 1),
               true);
}

/// A struct by `put`, which leaves nothing if it could not be read.
template <typename Put>
void put_struct(char* out, size_t size, s64 address, Put put) {
  if (address == 0) return append(out, size, "NULL");
  put();
  if (!*out) put_number(out, size, 'p', address);
}

/// As _struct_sockaddr_u(), _struct_timex_u() and _struct_sched_attr_u() of the tapset.
void put_address(char* out, size_t size, s64 address, s64 count, const char* captured) {
  put_struct(out, size, address, [&] { sockaddr_text(out, size, captured, as_int(count)); });
}
void put_timex(char* out, size_t size, s64 address, s64, const char* captured) {
  put_struct(out, size, address, [&] { timex_text(out, size, captured); });
}
void put_sched_attr(char* out, size_t size, s64 address, s64, const char* captured) {
  put_struct(out, size, address, [&] { sched_attr_text(out, size, captured); });
}

constexpr Captured kCaptured[] = {
    {'s', false, put_string}, {'w', false, put_plain}, {'q', true, put_buffer},
    {'h', true, put_address}, {'T', false, put_timex}, {'S', false, put_sched_attr},
};

class Parser {
 public:
  explicit Parser(const char* spec) : at_(spec) {}

  std::vector<Item> items() {
    std::vector<Item> found;
    while (*at_) {
      found.push_back(item());
      if (*at_ == ' ') ++at_;
    }
    return found;
  }

 private:
  u32 number() {
    char* end = nullptr;
    const unsigned long value = strtoul(at_, &end, 10);
    at_ = end;
    return static_cast<u32>(value);
  }

  Item item() {
    Item item;
    item.argument = number();
    item.kind = *at_++;
    for (const Captured& row : kCaptured)
      if (row.kind == item.kind) item.captured = &row;
    item.structs = struct_of(item.kind);
    if (item.structs || (item.captured && item.captured->has_count)) item.count = number();
    if (*at_ == '@') {
      ++at_;
      item.text = number();
    }
    if (*at_ == ':') {
      ++at_;
      const std::string_view name(at_, strcspn(at_, "( ?"));
      item.function = call_text_function(name);
      for (const Written& row : kWritten)
        if (row.name == name) {
          item.function = row.function;
          item.choice = row.choice;
        }
      at_ += name.size();
      if (*at_ == '(') {
        ++at_;
        item.other = number();
        ++at_;
      }
    }
    if (*at_ == '?') {
      ++at_;
      item.only_if = number();
      item.only_if_operation = *at_++ == '~';
      item.only_if_bits = number();
    }
    return item;
  }

  const char* at_;
};

const std::vector<Item>& parsed(const char* spec) {
  static std::map<std::string, std::vector<Item>, std::less<>> known;
  const std::string_view key = spec;
  auto found = known.find(key);
  if (found == known.end()) found = known.emplace(std::string(key), Parser(spec).items()).first;
  return found->second;
}

}  // namespace

CallTextFunction call_text_function(std::string_view name) {
  for (const auto texts : {call_texts_of_files(), call_texts_of_net(), call_texts_of_process()})
    for (const CallText& row : texts)
      if (row.name == name) return row.function;
  return nullptr;
}

void put_signal(char* out, size_t size, s64 number) {
  if (const char* name = signal_name(number))
    snprintf(out, size, "%s", name);
  else if (number == 32)
    snprintf(out, size, "SIGRTMIN");
  else if (number > 32 && number < 64)
    snprintf(out, size, "SIGRTMIN+%lld", number - 32);
  else if (number == 64)
    snprintf(out, size, "SIGRTMAX");
  else
    snprintf(out, size, "0x%llx", number & 0xffffffff);
}

void call_text(char* out, size_t size, const char* spec, const CallArguments& arguments) {
  size_t used = 0, text = 0;
  Memory memory(arguments.memory);
  auto add = [&](const char* what) {
    const size_t length = strnlen(what, size - 1 - used);
    memcpy(out + used, what, length);
    used += length;
    out[used] = 0;
  };
  out[0] = 0;
  // The text of one argument, as long as a string of the script may be, whatever follows it.
  constexpr size_t kLeast = 16;
  static std::vector<char> piece_memory;
  piece_memory.resize(std::max(size, kLeast));
  char* const piece = piece_memory.data();
  const size_t room = piece_memory.size();
  bool is_first = true;
  for (const Item& item : parsed(spec)) {
    if (item.text != 0) text = item.text;
    const char* captured = item.captured ? arguments.texts[text++] : "";
    // What is not shown was captured, too.
    const s64* words = memory.next();
    const bool is_read = !item.structs || memory.take(item.count * item.structs->words);
    if (!item.is_shown(arguments.words)) continue;
    const s64 word = arguments.words[item.argument - 1], value = read(item.kind, word);
    piece[0] = 0;
    if (item.captured)
      item.captured->put(piece, room, word, item.count ? arguments.words[item.count - 1] : 0,
                         captured);
    else if (item.structs)
      put_structs(piece, room, *item.structs, item.count, word, is_read ? words : nullptr);
    else if (CallTextFunction function =
                 item.choice ? item.choice(as_int(arguments.words[item.other - 1])) : item.function)
      function(piece, room, value);
    else
      put_number(piece, room, item.kind, value);
    if (!is_first) add(", ");
    is_first = false;
    add(piece);
  }
}

void escape_bytes(char* out, std::string_view in, size_t limit, bool quoted) {
  static const char kSpecial[] = "\a\b\f\n\r\t\v\"\\", kLetters[] = "abfnrtv\"\\";
  constexpr size_t kShortest = 5;
  if (limit < kShortest) limit = kShortest;
  const size_t end = quoted ? limit - 1 : limit;
  size_t used = 0, whole = quoted;  // where the last escape ends that leaves room for "...
  bool is_cut = false;
  if (quoted) out[used++] = '"';
  for (const char letter : in) {
    const auto byte = static_cast<unsigned char>(letter);
    char piece[5] = {};
    const char* special = byte ? strchr(kSpecial, byte) : nullptr;
    if (special) {
      piece[0] = '\\';
      piece[1] = kLetters[special - kSpecial];
    } else if (byte >= 0x20 && byte < 0x7f) {
      piece[0] = letter;
    } else {
      snprintf(piece, sizeof(piece), "\\%03o", byte);
    }
    const std::string_view shown = piece;
    is_cut = used + shown.size() > end;
    if (is_cut) {
      if (quoted) used = whole;
      break;
    }
    used += shown.copy(out + used, shown.size());
    if (used + 3 <= end) whole = used;
  }
  const std::string_view tail = !quoted ? "" : is_cut ? "\"..." : "\"";
  used += tail.copy(out + used, tail.size());
  out[used] = '\0';
}

void escape_text(char* out, const char* in, size_t limit, bool quoted) {
  escape_bytes(out, in, limit, quoted);
}

}  // namespace ct
