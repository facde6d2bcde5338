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
//   4t1 4v2 4r1            one or two struct timespec (t) or timeval (v), or a rlimit (r), in the captured memory
//   …?3&64                 the item is there only if argument 3 has one of these bits
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

#include "call_texts.h"

namespace ct {
namespace {

/// Which table the value of another argument chooses; null: none, and the number is shown.
using Choice = CallTextFunction (*)(s64 other);

/// Arguments are numbered from 1 on; 0: none.
struct Item {
  u32 argument = 0;
  char kind = 0;
  u32 count = 0;                        ///< of structs
  CallTextFunction function = nullptr;  ///< makes the text of the value
  Choice choice = nullptr;              ///< tells, by argument `other`, which does
  u32 other = 0;
  u32 only_if = 0;
  s64 only_if_bits = 0;
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

/// Appends `text` to the text in `out`.
void append(char* out, size_t size, const char* text) {
  const size_t used = strlen(out);
  snprintf(out + used, size - used, "%s", text);
}

/// The same of what `format` makes of the values.
template <typename... Values>
requires(sizeof...(Values) > 0) void append(char* out, size_t size, const char* format,
                                            Values... values) {
  const size_t used = strlen(out);
  snprintf(out + used, size - used, format, values...);
}

void put_decimal(char* out, size_t size, s64 value) { snprintf(out, size, "%lld", value); }

/// As the script's %#o: 0 is 00.
void put_octal(char* out, size_t size, s64 value) {
  snprintf(out, size, "0%llo", static_cast<u64>(value));
}

/// As _signal_name() of the tapsets.
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
    snprintf(out, size, "0x%llx", number);
}

/// Flags that `names` makes a text of, and the permissions below them.
void put_flags_and_mode(char* out, size_t size, s64 flags, CallTextFunction names) {
  constexpr s64 kPermissions = 511;
  if ((flags & ~kPermissions) != 0) {
    names(out, size, flags & ~kPermissions);
    append(out, size, "|");
  }
  const size_t used = strlen(out);
  put_octal(out + used, size - used, flags & kPermissions);
}

/// As _ipc_flags_str().
void put_ipc_flags(char* out, size_t size, s64 flags) {
  put_flags_and_mode(out, size, flags, call_text_function("_ipc_flags_bits_str"));
}

/// As _shmget_flags_str().
void put_shmget_flags(char* out, size_t size, s64 flags) {
  put_flags_and_mode(out, size, flags, call_text_function("_shmget_flags_bits_str"));
}

/// Appends what the tapset function `name` makes of a value.
void append_text(char* out, size_t size, std::string_view name, s64 value) {
  const size_t used = strlen(out);
  call_text_function(name)(out + used, size - used, value);
}

/// As _quotactl_cmd_str().
void put_quota_command(char* out, size_t size, s64 command) {
  append(out, size, "QCMD(");
  append_text(out, size, "_quotactl_subcmd_str", command >> 8);
  append(out, size, ", ");
  append_text(out, size, "_quota_type_str", command & 255);
  append(out, size, ")");
}

/// As _ioprio_value_str().
void put_io_priority(char* out, size_t size, s64 value) {
  append(out, size, "IOPRIO_PRIO_VALUE(");
  append_text(out, size, "_ioprio_class_str", value >> 13);
  append(out, size, ", %lld)", value & 0x1fff);
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
    {"_signal_name", put_signal, nullptr},
    {"_ipc_key_str", put_ipc_key, nullptr},
    {"_ipc_flags_str", put_ipc_flags, nullptr},
    {"_shmget_flags_str", put_shmget_flags, nullptr},
    {"_quotactl_cmd_str", put_quota_command, nullptr},
    {"_ioprio_value_str", put_io_priority, nullptr},
    {"_sock_protocol_str", nullptr, protocol_of},
    {"_sockopt_optname_str", nullptr, option_of},
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
    if (strchr("tvr", item.kind)) item.count = number();
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
      ++at_;
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

/// Appends a struct of two words.
void put_struct(char* out, size_t size, char kind, const s64* words) {
  constexpr s64 kNow = (1 << 30) - 1, kOmit = (1 << 30) - 2;  // utimensat(2)
  if (kind == 'r') return append(out, size, "[%lld,%lld]", words[0], words[1]);
  if (kind == 'v') return append(out, size, "[%lld.%06lld]", words[0], words[1]);
  if (words[1] == kNow) return append(out, size, "UTIME_NOW");
  if (words[1] == kOmit) return append(out, size, "UTIME_OMIT");
  append(out, size, "[%lld.%09lld]", words[0], words[1]);
}

/// As _struct_timespec_u(), _struct_timeval_u() and _struct_rlimit_u().
void put_structs(char* out, size_t size, const Item& item, s64 address, const CallArguments& from) {
  if (address == 0) return append(out, size, "NULL");
  if (!from.memory_is_read) return append(out, size, "0x%llx", address);
  if (item.count == 1) return put_struct(out, size, item.kind, from.memory);
  append(out, size, "[");
  put_struct(out, size, item.kind, from.memory);
  append(out, size, ",");
  put_struct(out, size, item.kind, from.memory + 2);
  append(out, size, "]");
}

void put_number(char* out, size_t size, char kind, s64 value) {
  switch (kind) {
    case 'U': snprintf(out, size, "%llu", static_cast<u64>(value)); return;
    case 'p':
    case 'x': snprintf(out, size, "0x%llx", static_cast<u64>(value)); return;
    case 'o': put_octal(out, size, value); return;
    default: put_decimal(out, size, value);
  }
}

}  // namespace

void call_text(char* out, size_t size, const char* spec, const CallArguments& arguments) {
  size_t used = 0, text = 0;
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
    const bool is_text = item.kind == 's' || item.kind == 'w';
    const char* captured = is_text ? arguments.texts[text++] : "";
    if (item.only_if != 0 && (arguments.words[item.only_if - 1] & item.only_if_bits) == 0) continue;
    const s64 word = arguments.words[item.argument - 1], value = read(item.kind, word);
    piece[0] = 0;
    if (item.kind == 'w')
      ;
    else if (item.kind == 's' && *captured)
      escape_text(piece, captured + 1, room - 1, true);
    else if (item.kind == 's')
      put_number(piece, room, 'p', word);
    else if (item.count != 0)
      put_structs(piece, room, item, word, arguments);
    else if (CallTextFunction function =
                 item.choice ? item.choice(as_int(arguments.words[item.other - 1])) : item.function)
      function(piece, room, value);
    else
      put_number(piece, room, item.kind, value);
    if (!is_first) add(", ");
    is_first = false;
    add(item.kind == 'w' ? captured : piece);
  }
}

void escape_text(char* out, const char* in, size_t limit, bool quoted) {
  static const char kSpecial[] = "\a\b\f\n\r\t\v\"\\", kLetters[] = "abfnrtv\"\\";
  constexpr size_t kShortest = 5;
  if (limit < kShortest) limit = kShortest;
  const size_t end = quoted ? limit - 1 : limit;
  size_t used = 0, whole = quoted;  // where the last escape ends that leaves room for "...
  if (quoted) out[used++] = '"';
  for (; *in; in++) {
    const auto byte = static_cast<unsigned char>(*in);
    char piece[5] = {};
    if (const char* special = strchr(kSpecial, byte)) {
      piece[0] = '\\';
      piece[1] = kLetters[special - kSpecial];
    } else if (byte >= 0x20 && byte < 0x7f) {
      piece[0] = static_cast<char>(byte);
    } else {
      snprintf(piece, sizeof(piece), "\\%03o", byte);
    }
    const std::string_view shown = piece;
    if (used + shown.size() > end) {
      if (quoted) used = whole;
      break;
    }
    used += shown.copy(out + used, shown.size());
    if (used + 3 <= end) whole = used;
  }
  const std::string_view tail = !quoted ? "" : *in ? "\"..." : "\"";
  used += tail.copy(out + used, tail.size());
  out[used] = '\0';
}

}  // namespace ct
