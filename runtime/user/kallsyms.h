// Names of kernel addresses, from /proc/kallsyms. Read once, at the first question; needs root,
// because the kernel shows zeros to others.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../shared/abi.h"

namespace ct::kallsyms {

struct Symbol {
  u64 address;
  u64 size;  ///< up to the next symbol
  char name[64];
  char module[32];  ///< "kernel" or the module's name
};

struct Table {
  Symbol* symbols = nullptr;
  size_t count = 0;

  Table() {
    FILE* file = fopen("/proc/kallsyms", "re");
    if (!file) return;
    char line[512];
    size_t room = 0;
    while (fgets(line, sizeof(line), file)) {
      Symbol symbol = {};
      char type = 0;
      unsigned long long address = 0;
      snprintf(symbol.module, sizeof(symbol.module), "kernel");
      // "ffffffff81000000 T name [module]"; data symbols are wanted too.
      if (sscanf(line, "%llx %c %63s [%31[^]]", &address, &type, symbol.name, symbol.module) < 3)
        continue;
      if (!address) continue;
      symbol.address = address;
      if (count == room) {
        room = room ? room * 2 : 65536;
        symbols = static_cast<Symbol*>(realloc(static_cast<void*>(symbols), room * sizeof(Symbol)));
        if (!symbols) abort();
      }
      symbols[count++] = symbol;
    }
    fclose(file);
    qsort(symbols, count, sizeof(Symbol), [](const void* a, const void* b) {
      u64 x = static_cast<const Symbol*>(a)->address, y = static_cast<const Symbol*>(b)->address;
      return x < y ? -1 : x > y;
    });
    for (size_t i = 0; i + 1 < count; i++)
      symbols[i].size = symbols[i + 1].address - symbols[i].address;
  }
};

/// The symbol that `address` is in, or null.
inline const Symbol* find(u64 address) {
  static const Table table;
  size_t low = 0, high = table.count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (table.symbols[middle].address <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return nullptr;
  const Symbol& symbol = table.symbols[low - 1];
  // Behind the last symbol, or in a hole between the kernel and its modules.
  if (address - symbol.address >= (symbol.size ? symbol.size : 1) || symbol.size > (16u << 20))
    return nullptr;
  return &symbol;
}

}  // namespace ct::kallsyms
