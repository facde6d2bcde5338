// The conversions of printf and sprintf. SystemTap's rules, which are not quite C's:
//   - all integers are 64 bits; %p is %#x;
//   - %#x and %#o print their prefix for 0 too, and %#X prints "0X";
//   - a 0 flag pads also when a precision is given;
//   - %#c prints what is not printable as a C escape, octal if there is none; %#s is just %s;
//   - %c and %b have rules of their own, at their functions.
// (stapfuncs, langref §"Formatted output"; the runtime that Debian ships was read for the rest.)
#include <ctype.h>
#include <stdio.h>

#include "runtime/user/harness/harness.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

constexpr s64 kMaxWidth = 8192;

void put_bytes(Sink& sink, const char* data, u64 size) {
  while (size > 0) {
    u64 room = sink.capacity - sink.size;
    if (room == 0) {
      if (!sink.is_output) return;
      make_room_in_output(sink);
      continue;
    }
    u64 n = size < room ? size : room;
    memcpy(sink.data + sink.size, data, n);
    sink.size += static_cast<u32>(n);
    data += n;
    size -= n;
  }
}

void put_char(Sink& sink, char c) { put_bytes(sink, &c, 1); }

void pad(Sink& sink, s64 count, char c) {
  for (; count > 0; --count) put_char(sink, c);
}

s64 clamp_width(s64 width) { return width > kMaxWidth ? kMaxWidth : width; }

/// A negative dynamic width is none, as in SystemTap's translator; in C it means the minus flag.
Spec normalised(Spec spec) {
  if (spec.width < 0) spec.width = -1;
  spec.width = clamp_width(spec.width);
  spec.precision = clamp_width(spec.precision);
  return spec;
}

void put_number(Sink& sink, s64 value, const Spec& spec) {
  bool upper = spec.conversion == 'X';
  bool is_signed = spec.conversion == 'd';
  unsigned base = spec.conversion == 'o'                             ? 8
                  : spec.conversion == 'd' || spec.conversion == 'u' ? 10
                                                                     : 16;
  bool hash = (spec.flags & kHash) || spec.conversion == 'p';
  u64 magnitude = static_cast<u64>(value);
  char sign = 0;
  if (is_signed) {
    if (value < 0) {
      sign = '-';
      magnitude = 0 - magnitude;
    } else if (spec.flags & kPlus) {
      sign = '+';
    } else if (spec.flags & kSpace) {
      sign = ' ';
    }
  }
  char digits[66];
  s64 count = 0;
  const char* const all_digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  do {
    digits[count++] = all_digits[magnitude % base];
    magnitude /= base;
  } while (magnitude != 0);
  const char* prefix = !hash || base == 10 ? "" : base == 8 ? "0" : upper ? "0X" : "0x";
  s64 zeros = spec.precision > count ? spec.precision - count : 0;
  s64 padding = spec.width - count - zeros - (sign != 0) - static_cast<s64>(strlen(prefix));
  bool left = spec.flags & kMinus;
  bool zero = !left && (spec.flags & kZero);
  if (!left && !zero) pad(sink, padding, ' ');
  if (sign) put_char(sink, sign);
  put_bytes(sink, prefix, strlen(prefix));
  if (zero) pad(sink, padding, '0');
  pad(sink, zeros, '0');
  while (count > 0) put_char(sink, digits[--count]);
  if (left) pad(sink, padding, ' ');
}

/// Text of one byte under the # flag: itself, a C escape or three octal digits.
u32 escape(unsigned char c, char* to) {
  static const char kFrom[] = "\a\b\f\n\r\t\v'\\";
  static const char kTo[] = "abfnrtv'\\";
  if (const char* at = c ? strchr(kFrom, c) : nullptr) {
    to[0] = '\\';
    to[1] = kTo[at - kFrom];
    return 2;
  }
  if (c < 0x80 && isprint(c)) {
    to[0] = static_cast<char>(c);
    return 1;
  }
  to[0] = '\\';
  to[1] = static_cast<char>('0' + (c >> 6));
  to[2] = static_cast<char>('0' + ((c >> 3) & 7));
  to[3] = static_cast<char>('0' + (c & 7));
  return 4;
}

void put_byte_char(Sink& sink, s64 value, const Spec& spec) {
  unsigned char c = static_cast<unsigned char>(value);
  char text[4] = {static_cast<char>(c)};
  u32 size = 1;
  if (spec.flags & kHash) size = escape(c, text);
  if (!(spec.flags & kMinus)) pad(sink, spec.width - size, ' ');
  put_bytes(sink, text, size);
  if (spec.flags & kMinus) pad(sink, spec.width - size, ' ');
}

bool is_binary_size(s64 n) { return n == 1 || n == 2 || n == 4 || n == 8; }

/// %b: the value's bytes in memory order. The precision is the number of bytes (1, 2, 4 or 8), the
/// width pads with NULs; one that is not given is taken from the other; 8 if neither is.
void put_binary(Sink& sink, s64 value, const Spec& spec) {
  s64 size = is_binary_size(spec.precision) ? spec.precision
             : is_binary_size(spec.width)   ? spec.width
                                            : 8;
  s64 padding = spec.width - size;
  if (!(spec.flags & kMinus)) pad(sink, padding, '\0');
  put_bytes(sink, reinterpret_cast<const char*>(&value), static_cast<u64>(size));
  if (spec.flags & kMinus) pad(sink, padding, '\0');
}

/// %M: bytes as hex digits.
void put_hex(Sink& sink, View value, u64 count) {
  for (u64 i = 0; i < count; ++i) {
    unsigned char c = i < value.size ? static_cast<unsigned char>(value.data[i]) : 0;
    put_char(sink, "0123456789abcdef"[c >> 4]);
    put_char(sink, "0123456789abcdef"[c & 15]);
  }
}

}  // namespace

Sink to_string(Out to) { return {to.data, 0, to.capacity - 1, false}; }

void finish(Sink& sink, Out to) {
  // A %c of 0 or a %b may have put a NUL in: strings end there.
  *to.size = static_cast<u32>(strnlen(sink.data, sink.size));
  to.data[*to.size] = 0;
}

void put(Sink& sink, View literal) { put_bytes(sink, literal.data, literal.size); }

void put_long(Sink& sink, s64 value, Spec spec) {
  spec = normalised(spec);
  if (spec.conversion == 'c')
    put_byte_char(sink, value, spec);
  else if (spec.conversion == 'b')
    put_binary(sink, value, spec);
  else
    put_number(sink, value, spec);
}

void put_str(Sink& sink, View value, Spec spec) {
  spec = normalised(spec);
  u64 count = value.size;
  if (spec.conversion == 's') {
    if (spec.precision >= 0 && static_cast<u64>(spec.precision) < count)
      count = static_cast<u64>(spec.precision);
  } else {
    count = spec.precision > 0 ? static_cast<u64>(spec.precision) : 1;
  }
  s64 shown = static_cast<s64>(spec.conversion == 'M' ? count * 2 : count);
  if (!(spec.flags & kMinus)) pad(sink, spec.width - shown, ' ');
  if (spec.conversion == 'M') {
    put_hex(sink, value, count);
  } else {
    u64 have = count < value.size ? count : value.size;
    put_bytes(sink, value.data, have);
    pad(sink, static_cast<s64>(count - have), '\0');
  }
  if (spec.flags & kMinus) pad(sink, spec.width - shown, ' ');
}

void no_memory(s64 address, bool is_user, const char* near) {
  char message[64];
  snprintf(message, sizeof message, "%s read fault at 0x%016llx (addr)",
           is_user ? "user" : "kernel", static_cast<u64>(address));
  fail(near, message);
}

}  // namespace ct
