// Names of kernel addresses, from /proc/kallsyms of the machine where the script runs. Read once,
// at the first question.
#pragma once

#include <stddef.h>

#include <functional>

#include "../../shared/abi.h"

namespace ct::kallsyms {

struct Symbol {
  u64 address;
  u64 size;  ///< up to the next symbol
  const char* name;
  const char* module;  ///< "kernel" or the module's name
};

/// Fills `symbol` with the one that `address` is in. False if there is none, or if the kernel does
/// not show us its addresses: that is said once, as a warning.
bool find(u64 address, Symbol& symbol);

/// Address of the symbol `name`, of the kernel before its modules; 0 if there is none.
u64 address_of(const char* name);

/// Address of the kernel's only symbol `name`; 0 if none or several have the name, a module has it
/// too, or addresses are hidden. For many names: they are sorted at the first question.
u64 only_address_of(const char* name);

/// Address of the module's only symbol `name`; 0 if it has none or several, or addresses are hidden.
u64 address_in(const char* module, const char* name);

/// Is there a symbol of this name? Known even where addresses are hidden.
bool has(const char* name);

/// Calls visit(address, name) for every symbol of the kernel and its modules, in the order of their addresses; never
/// if addresses are hidden.
void for_each(const std::function<void(u64 address, const char* name)>& visit);

/// How SystemTap writes an address with its symbol.
enum class Style {
  Name,    ///< name
  Simple,  ///< name+0xOFFSET [module]
  Data,    ///< name+0xOFFSET/0xSIZE [module]
};
/// Writes `address` in a style, or in hexadecimal where no symbol is known. Returns its length, as
/// snprintf does.
int describe(char* to, size_t capacity, u64 address, Style style);

}  // namespace ct::kallsyms
