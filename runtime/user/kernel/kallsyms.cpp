// The file has some 200,000 lines and takes the kernel about 0.1 s to write, so names are read only
// when a script asks for one, and kept as the file's own text with a NUL behind each.
#include "runtime/user/harness/kallsyms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/user/output/output.h"

namespace ct::kallsyms {
namespace {

struct Entry {
  u64 address;
  u32 name, module;  ///< offsets in the text; module 0: the kernel itself
};

struct Table {
  std::string text;
  std::string reason;  ///< why no address has a name, or ""
  /// By address; of several at one address the kernel's first is first.
  std::vector<Entry> entries;

  Table() {
    std::string error = read();
    bool visible = error.empty() && parse();
    if (error.empty() && !visible)
      error = "the kernel hides its addresses (kernel.kptr_restrict is " + restriction() +
              "; at 1 they are shown to CAP_SYSLOG, at 2 to nobody)";
    if (!error.empty()) reason = "kernel symbols are not known: " + error;
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.address < b.address; });
  }

 private:
  std::string read() {
    int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::string("/proc/kallsyms: ") + strerror(errno);
    constexpr size_t kBlock = 1 << 20;
    for (ssize_t n = 1; n > 0;) {
      size_t size = text.size();
      text.resize(size + kBlock);
      n = ::read(fd, text.data() + size, kBlock);
      text.resize(size + (n > 0 ? static_cast<size_t>(n) : 0));
    }
    close(fd);
    return text.empty() ? "/proc/kallsyms is empty" : "";
  }

  static std::string restriction() {
    char value[16] = "unknown";
    if (FILE* file = fopen("/proc/sys/kernel/kptr_restrict", "re")) {
      if (fgets(value, sizeof value, file)) value[strcspn(value, "\n")] = 0;
      fclose(file);
    }
    return value;
  }

  /// Lines are "ffffffff81000000 T name" or "… t name\t[module]". Addresses that we may not see are
  /// 0. False if all are.
  bool parse() {
    bool visible = false;
    for (char *line = text.data(), *next; line && *line; line = next) {
      next = strchr(line, '\n');
      if (next) *next++ = 0;
      char* end;
      u64 address = strtoull(line, &end, 16);
      if (end[0] != ' ' || !end[1] || end[2] != ' ') continue;
      char *name = end + 3, *module = strchr(name, '\t');
      u32 module_at = 0;
      if (module) {
        *module = 0;
        module += strspn(module + 1, "[") + 1;
        module[strcspn(module, "]")] = 0;
        module_at = static_cast<u32>(module - text.data());
      }
      entries.push_back({address, static_cast<u32>(name - text.data()), module_at});
      visible |= address != 0;
    }
    return visible;
  }
};

const Table& table() {
  static const Table the_table;
  return the_table;
}

/// The entries by name.
const std::vector<const Entry*>& names() {
  static const std::vector<const Entry*> sorted = [] {
    const Table& t = table();
    std::vector<const Entry*> all;
    all.reserve(t.entries.size());
    for (const Entry& entry : t.entries) all.push_back(&entry);
    const char* text = t.text.data();
    std::sort(all.begin(), all.end(), [text](const Entry* a, const Entry* b) {
      return strcmp(text + a->name, text + b->name) < 0;
    });
    return all;
  }();
  return sorted;
}

bool before(u64 address, const Entry& entry) { return address < entry.address; }

/// No symbol of the kernel is this large: the address is in a hole, or behind the last symbol.
constexpr u64 kLargest = 16u << 20;

}  // namespace

bool find(u64 address, Symbol& symbol) {
  const Table& t = table();
  if (!t.reason.empty()) print_warning(t.reason);
  if (address == 0 || !t.reason.empty()) return false;
  auto next = std::upper_bound(t.entries.begin(), t.entries.end(), address, before);
  if (next == t.entries.begin()) return false;
  auto entry = next - 1;
  while (entry != t.entries.begin() && entry[-1].address == entry->address) --entry;
  symbol.address = entry->address;
  symbol.size = next == t.entries.end() ? 1 : next->address - entry->address;
  symbol.name = t.text.data() + entry->name;
  symbol.module = entry->module ? t.text.data() + entry->module : "kernel";
  return address - symbol.address < symbol.size && symbol.size <= kLargest;
}

u64 address_of(const char* name) {
  const Table& t = table();
  u64 in_module = 0;
  for (const Entry& entry : t.entries) {
    if (!entry.address || strcmp(t.text.data() + entry.name, name) != 0) continue;
    if (!entry.module) return entry.address;
    in_module = entry.address;
  }
  return in_module;
}

u64 only_address_of(const char* name) {
  const char* text = table().text.data();
  auto less = [text](const Entry* entry, const char* wanted) {
    return strcmp(text + entry->name, wanted) < 0;
  };
  auto found = std::lower_bound(names().begin(), names().end(), name, less);
  auto is_named = [&](auto at) {
    return at != names().end() && strcmp(text + (*at)->name, name) == 0;
  };
  if (!is_named(found) || is_named(found + 1) || (*found)->module) return 0;
  return (*found)->address;
}

u64 address_in(const char* module, const char* name) {
  const Table& t = table();
  const char* text = t.text.data();
  u64 found = 0;
  for (const Entry& entry : t.entries) {
    if (!entry.module || strcmp(text + entry.name, name) != 0) continue;
    if (strcmp(text + entry.module, module) != 0) continue;
    if (found) return 0;
    found = entry.address;
  }
  return found;
}

void for_each(const std::function<void(u64 address, const char* name)>& visit) {
  const Table& t = table();
  if (!t.reason.empty()) return;
  for (const Entry& entry : t.entries) visit(entry.address, t.text.data() + entry.name);
}

bool has(const char* name) {
  const Table& t = table();
  for (const Entry& entry : t.entries)
    if (strcmp(t.text.data() + entry.name, name) == 0) return true;
  return false;
}

int describe(char* to, size_t capacity, u64 address, Style style) {
  Symbol s;
  if (!find(address, s)) return snprintf(to, capacity, "0x%llx", address);
  u64 offset = address - s.address;
  switch (style) {
    case Style::Name: return snprintf(to, capacity, "%s", s.name);
    case Style::Simple: return snprintf(to, capacity, "%s+0x%llx [%s]", s.name, offset, s.module);
    case Style::Data: break;
  }
  return snprintf(to, capacity, "%s+0x%llx/0x%llx [%s]", s.name, offset, s.size, s.module);
}

}  // namespace ct::kallsyms
