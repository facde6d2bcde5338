// Names of numbers, for the tapsets' tables of flags and commands.
#pragma once

#include <stdio.h>
#include <string.h>

#include "../../shared/abi.h"

/// One row of a table.
struct ct_name {
  s64 value;
  const char* name;
};

/// `value`, an int, by its name, or in hexadecimal or decimal. `out` has `size` bytes.
inline void ct_put_number(char* out, size_t size, s64 value, const ct_name* names, size_t count,
                          bool is_hex) {
  for (size_t i = 0; i < count; i++) {
    if ((s32)names[i].value == (s32)value) {
      snprintf(out, size, "%s", names[i].name);
      return;
    }
  }
  snprintf(out, size, is_hex ? "0x%llx" : "%lld", is_hex ? value & 0xffffffff : value);
}

/// `bits` as NAME|NAME|0xREST. A flag of several bits counts if all are set; earlier rows first.
/// `zero` is what an empty set of the bits in `zero_mask` is called (0: of all bits).
inline void ct_put_flags(char* out, size_t size, s64 bits, const ct_name* names, size_t count,
                         const char* zero, s64 zero_mask) {
  s64 rest = bits;
  size_t used = 0;
  auto add = [&](const char* name) {
    int n = snprintf(out + used, size - used, "%s%s", used ? "|" : "", name);
    used = used + n < size ? used + n : size - 1;
  };
  if (zero_mask ? !(rest & zero_mask) : !rest) add(zero);
  for (size_t i = 0; i < count; i++) {
    const s64 flag = names[i].value;
    if ((rest & flag) != flag || !flag) continue;
    add(names[i].name);
    rest &= ~flag;
  }
  if (rest) {
    char hex[24];
    snprintf(hex, sizeof(hex), "0x%llx", rest);
    add(hex);
  }
}

/// Appends to the text in `out`.
#define CT_APPEND(...)                                               \
  do {                                                               \
    size_t used = strlen(STAP_RETVALUE);                             \
    snprintf(STAP_RETVALUE + used, STAP_RETLEN - used, __VA_ARGS__); \
  } while (0)
/// SystemTap shows unknown numbers in hexadecimal, and in decimal where they are a matter of people.
#define CT_NUMBER_NAME(value) CT_NAME_OR_NUMBER(value, true)
#define CT_DECIMAL_NAME(value) CT_NAME_OR_NUMBER(value, false)
#define CT_NAME_OR_NUMBER(value, is_hex) \
  ct_put_number(STAP_RETVALUE, STAP_RETLEN, value, names, sizeof(names) / sizeof(*names), is_hex)
/// Flags in a long.
#define CT_LONG_FLAG_NAMES(value, zero, zero_mask)                                             \
  ct_put_flags(STAP_RETVALUE, STAP_RETLEN, value, names, sizeof(names) / sizeof(*names), zero, \
               zero_mask)
/// Flags in an int, which may come as a negative number.
#define CT_FLAG_NAMES(value, zero, zero_mask) \
  CT_LONG_FLAG_NAMES((value)&0xffffffffll, zero, zero_mask)
