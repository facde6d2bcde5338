// The texts of structs that system calls take, in SystemTap's forms. The family of a socket address is believed only if the length is
// that of its structure, as SystemTap does; of an AF_UNIX address all that the length covers counts, for an abstract name has no end.
#include "call_structs.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/sched/types.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <time.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "call_texts.h"
#include "runtime/user/harness/call_text.h"

namespace ct {
namespace {

/// The structure at the front of `bytes`.
template <typename Address>
Address as(const unsigned char* bytes) {
  static_assert(sizeof(Address) <= kMostCaptured);
  Address address;
  memcpy(&address, bytes, sizeof(address));
  return address;
}

/// All eight groups, as the kernel's %pI6 writes them.
void put_ip6(char* out, size_t size, const unsigned char* bytes) {
  const auto address = as<sockaddr_in6>(bytes);
  std::string text;
  for (size_t i = 0; i < sizeof(address.sin6_addr.s6_addr); i += 2) {
    char group[8];
    snprintf(group, sizeof(group), "%s%02x%02x", i == 0 ? "" : ":", address.sin6_addr.s6_addr[i],
             address.sin6_addr.s6_addr[i + 1]);
    text += group;
  }
  snprintf(out, size, "{AF_INET6, %s, %d}", text.c_str(), ntohs(address.sin6_port));
}

/// A path, or, behind a zero byte, an abstract name, which may have zero bytes.
void put_unix(char* out, size_t size, const unsigned char* bytes, size_t length) {
  constexpr size_t kName = offsetof(sockaddr_un, sun_path);
  std::string_view name(reinterpret_cast<const char*>(bytes) + kName, length - kName);
  if (name[0]) name = name.substr(0, name.find('\0'));
  char quoted[4 * kMostCaptured + 3];  // each byte may become an escape
  escape_bytes(quoted, name, sizeof(quoted) - 1, true);
  snprintf(out, size, "{AF_UNIX, %s}", quoted);
}

void put_packet(char* out, size_t size, const unsigned char* bytes) {
  const auto address = as<sockaddr_ll>(bytes);
  u64 hardware = 0;
  memcpy(&hardware, address.sll_addr, sizeof(hardware));
  snprintf(out, size, "{AF_PACKET, proto=%d, ind=%d, hatype=%d, pkttype=%d, halen=%d, addr=0x%llx}",
           address.sll_protocol, address.sll_ifindex, address.sll_hatype, address.sll_pkttype,
           address.sll_halen, hardware);
}

// Structs of words.

void put_timespec(char* out, size_t size, const s64* words) {
  constexpr s64 kNow = (1 << 30) - 1, kOmit = (1 << 30) - 2;  // utimensat(2)
  if (words[1] == kNow || words[1] == kOmit)
    append(out, size, words[1] == kNow ? "[UTIME_NOW]" : "[UTIME_OMIT]");
  else
    append(out, size, "[%lld.%09lld]", words[0], words[1]);
}

void put_timeval(char* out, size_t size, const s64* words) {
  append(out, size, "[%lld.%06lld]", words[0], words[1]);
}

void put_limit(char* out, size_t size, const s64* words) {
  append(out, size, "[%lld,%lld]", words[0], words[1]);
}

/// Two times in one pair of brackets: timerfd_settime(2) counts nanoseconds, setitimer(2) microseconds.
void put_itimerspec(char* out, size_t size, const s64* words) {
  append(out, size, "[%lld.%09lld,%lld.%09lld]", words[0], words[1], words[2], words[3]);
}

void put_itimerval(char* out, size_t size, const s64* words) {
  append(out, size, "[%lld.%06lld,%lld.%06lld]", words[0], words[1], words[2], words[3]);
}

void put_two_ints(char* out, size_t size, const s64* words) {
  append(out, size, "[%d, %d]", static_cast<s32>(words[0]), static_cast<s32>(words[0] >> 32));
}

void put_sigset(char* out, size_t size, const s64* words) {
  append_by(sigset_text, out, size, words[0]);
}

void put_sigaction(char* out, size_t size, const s64* words) {
  append_by(sigaction_text, out, size, words);
}

void put_file_times(char* out, size_t size, const s64* words) {
  append(out, size, "[");
  append_by(date_text, out, size, words[0]);
  append(out, size, ", ");
  append_by(date_text, out, size, words[1]);
  append(out, size, "]");
}

void put_signal_stack(char* out, size_t size, const s64* words) {
  append(out, size, "{ss_sp=0x%llx, ss_flags=", words[0]);
  append_by(call_text_function("_sigaltstack_flags_str"), out, size, static_cast<s32>(words[1]));
  append(out, size, ", ss_size=%llu}", static_cast<u64>(words[2]));
}

constexpr Struct kStructs[] = {
    {'t', 2, put_timespec, "NULL", "", ""},    {'v', 2, put_timeval, "NULL", "", ""},
    {'r', 2, put_limit, "NULL", "", ""},       {'n', 4, put_itimerspec, "NULL", "", ""},
    {'e', 4, put_itimerval, "NULL", "", ""},   {'f', 1, put_two_ints, "NULL", "", ""},
    {'z', 1, put_two_ints, "NULL", "", ""},    {'g', 1, put_sigset, "NULL", "", ""},
    {'a', 4, put_sigaction, "NULL", "{", "}"}, {'k', 3, put_signal_stack, "0x0", "", ""},
    {'b', 2, put_file_times, "NULL", "", ""},
};

constexpr char kIsRead = 2;  // what stands in front of captured memory that could be read

}  // namespace

const Struct* struct_of(char kind) {
  for (const Struct& row : kStructs)
    if (row.kind == kind) return &row;
  return nullptr;
}

void put_structs(char* out, size_t size, const Struct& kind, u32 count, s64 address,
                 const s64* words) {
  append(out, size, kind.before);
  if (address == 0)
    append(out, size, kind.null);
  else if (!words)
    append(out, size, "0x%llx", address);
  else
    for (u32 i = 0; i < count; ++i) kind.put(out, size, words + i * kind.words);
  append(out, size, kind.after);
}

Memory::Memory(const char* text) {
  for (; *text && count_ < kMost; text += 1 + kWordBytes, ++count_) {
    read_[count_] = *text == kIsRead;
    words_[count_] = static_cast<s64>(captured_word(text + 1));
  }
}

bool Memory::take(u32 count) {
  bool all = at_ + count <= count_;
  for (u32 i = 0; i < count && at_ < kMost; ++i) all = read_[at_++] && all;
  return all;
}

bool captured_bytes(const char* text, unsigned char (&bytes)[kMostCaptured]) {
  memset(bytes, 0, sizeof(bytes));
  if (*text++ != kIsRead) return false;
  for (size_t at = 0; at < sizeof(bytes) && strnlen(text, kWordBytes) == kWordBytes;
       at += sizeof(u64), text += kWordBytes) {
    const u64 word = captured_word(text);
    memcpy(bytes + at, &word, sizeof(word));
  }
  return true;
}

void sockaddr_text(char* out, size_t size, const char* raw, s64 length) {
  out[0] = 0;
  unsigned char bytes[kMostCaptured];
  if (!captured_bytes(raw, bytes)) return;
  const auto count = static_cast<size_t>(std::clamp<s64>(length, 0, kMostCaptured));
  const sa_family_t family = as<sockaddr>(bytes).sa_family;
  if (count < sizeof(family)) {
    snprintf(out, size, "{unknown sockaddr with salen=%zu}", count);
  } else if (family == AF_INET && count == sizeof(sockaddr_in)) {
    const auto address = as<sockaddr_in>(bytes);
    char dotted[INET_ADDRSTRLEN];
    snprintf(out, size, "{AF_INET, %s, %d}",
             inet_ntop(AF_INET, &address.sin_addr, dotted, sizeof(dotted)),
             ntohs(address.sin_port));
  } else if (family == AF_INET6 && count == sizeof(sockaddr_in6)) {
    put_ip6(out, size, bytes);
  } else if (family == AF_UNIX && count > sizeof(family)) {
    put_unix(out, size, bytes, count);
  } else if (family == AF_NETLINK && count == sizeof(sockaddr_nl)) {
    const auto address = as<sockaddr_nl>(bytes);
    snprintf(out, size, "{AF_NETLINK, pid=%d, groups=%08x}", address.nl_pid, address.nl_groups);
  } else if (family == AF_PACKET && count == sizeof(sockaddr_ll)) {
    put_packet(out, size, bytes);
  } else {
    snprintf(out, size, "{unknown sockaddr with sa=%d, salen=%zu}", family, count);
  }
}

void timex_text(char* out, size_t size, const char* raw) {
  out[0] = 0;
  unsigned char bytes[kMostCaptured];
  if (!captured_bytes(raw, bytes)) return;
  timex time{};
  memcpy(&time, bytes, offsetof(timex, tick) + sizeof(time.tick));
  char modes[128] = {};
  call_text_function("_adjtimex_modes_str")(modes, sizeof(modes), time.modes);
  snprintf(out, size,
           "{%s, constant=%ld, esterror=%ld, freq=%ld, maxerror=%ld, offset=%ld, precision=%ld, "
           "status=%d, tick=%ld, tolerance=%ld}",
           modes, time.constant, time.esterror, time.freq, time.maxerror, time.offset,
           time.precision, time.status, time.tick, time.tolerance);
}

void sched_attr_text(char* out, size_t size, const char* raw) {
  out[0] = 0;
  unsigned char bytes[kMostCaptured];
  if (!captured_bytes(raw, bytes)) return;
  const auto attr = as<sched_attr>(bytes);
  snprintf(out, size,
           "{size=%u, sched_policy=%u, sched_flags=%llu, sched_nice=%d, sched_priority=%u, "
           "sched_runtime=%llu, sched_deadline=%llu, sched_period=%llu}",
           attr.size, attr.sched_policy, attr.sched_flags, attr.sched_nice, attr.sched_priority,
           attr.sched_runtime, attr.sched_deadline, attr.sched_period);
}

void date_text(char* out, size_t size, s64 seconds) {
  const time_t when = seconds;
  tm parts{};
  if (when != static_cast<s32>(when) || gmtime_r(&when, &parts) == nullptr ||
      strftime(out, size, "%a %b %e %T %Y", &parts) == 0)
    snprintf(out, size, "%lld", seconds);
}

void sigset_text(char* out, size_t size, s64 set) {
  constexpr int kSignals = 64;
  snprintf(out, size, "%s", set ? "[" : "[EMPTY]");
  for (int number = 1; number <= kSignals; ++number) {
    if ((static_cast<u64>(set) >> (number - 1) & 1) == 0) continue;
    if (out[1]) append(out, size, "|");
    append_by(put_signal, out, size, number);
  }
  if (set) append(out, size, "]");
}

void sigaction_text(char* out, size_t size, const s64* words) {
  const s64 handler = words[0], flags = words[1], restorer = words[2], mask = words[3];
  if (handler == 0 || handler == 1) {
    snprintf(out, size, "%s", handler ? "SIG_IGN" : "SIG_DFL");
    return;
  }
  snprintf(out, size, "0x%llx, ", static_cast<u64>(handler));
  append_by(call_text_function("_sa_flags_str"), out, size, flags);
  append(out, size, ", 0x%llx, ", restorer);
  append_by(sigset_text, out, size, mask);
}

}  // namespace ct
