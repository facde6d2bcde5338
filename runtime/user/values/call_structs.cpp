// The texts of structs that system calls take, in SystemTap's forms. The family of a socket address is believed only if the length is
// that of its structure, as SystemTap does; of an AF_UNIX address all that the length covers counts, for an abstract name has no end.
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

#include <algorithm>
#include <string>

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
  const auto* name = reinterpret_cast<const char*>(bytes) + offsetof(sockaddr_un, sun_path);
  const size_t count = length - offsetof(sockaddr_un, sun_path);
  std::string plain;
  if (*name)
    plain.assign(name, strnlen(name, count));
  else
    plain.assign(name, count);
  std::string text;
  for (const char byte : plain) {
    char piece[8] = {byte};
    if (byte == '"' || byte == '\\')
      snprintf(piece, sizeof(piece), "\\%c", byte);
    else if (byte < ' ' || byte > '~')
      snprintf(piece, sizeof(piece), "\\%03o", static_cast<unsigned char>(byte));
    text += piece;
  }
  snprintf(out, size, "{AF_UNIX, \"%s\"}", text.c_str());
}

void put_packet(char* out, size_t size, const unsigned char* bytes) {
  const auto address = as<sockaddr_ll>(bytes);
  u64 hardware = 0;
  memcpy(&hardware, address.sll_addr, sizeof(hardware));
  snprintf(out, size, "{AF_PACKET, proto=%d, ind=%d, hatype=%d, pkttype=%d, halen=%d, addr=0x%llx}",
           address.sll_protocol, address.sll_ifindex, address.sll_hatype, address.sll_pkttype,
           address.sll_halen, hardware);
}

}  // namespace

bool captured_bytes(const char* text, unsigned char (&bytes)[kMostCaptured]) {
  constexpr char kIsRead = 2;
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

}  // namespace ct
