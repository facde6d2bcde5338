#include "globals.h"

#include <errno.h>
#include <stdlib.h>

#include <algorithm>
#include <memory>

#include "array.h"
#include "global_json.h"
#include "metrics.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

std::vector<std::unique_ptr<Array>> g_arrays;
char* g_shared = nullptr;

/// What the running handler last read from an additive scalar; see additive_set.
struct Seen {
  u64 epoch = 0;
  s64 value = 0;
};
std::vector<Seen> g_seen;

bool is_scalar(const Global& g) { return !g.is_array && g.value != Kind::Stat; }
char* slot(const Global& g) { return g.shared ? g_shared + g.offset : static_cast<char*>(g.host); }

void store_long(const Global& g, s64 value) { memcpy(slot(g), &value, sizeof value); }
void store_text(const Global& g, View value) { store(slot(g), g.value_size, value); }

Status set_from_text(const Global& g, const std::string& value) {
  if (!is_scalar(g))
    return Status(std::string("-G ") + g.name + ": only scalar variables can be set");
  if (g.value == Kind::Str) {
    if (value.size() >= g.value_size)
      return Status(std::string("-G ") + g.name + ": the text has " + std::to_string(value.size()) +
                    " bytes, and the variable has room for " + std::to_string(g.value_size - 1) +
                    ", which is enough for all that the script gives it");
    store_text(g, {value.data(), static_cast<u32>(value.size())});
    return {};
  }
  char* end;
  errno = 0;
  // Unsigned when there is no minus, so that 0xffffffffffffffff is -1 as in scripts.
  s64 number = value[0] == '-' ? strtoll(value.c_str(), &end, 0)
                               : static_cast<s64>(strtoull(value.c_str(), &end, 0));
  if (value.empty() || *end != '\0' || errno != 0)
    return Status(std::string("-G ") + g.name + "=" + value + ": Invalid value: '" + value +
                  "' is not a 64-bit number");
  store_long(g, number);
  return {};
}

// ------------------------------------------------------------------ display

void put_text(const std::string& s) { put(output(), {s.data(), static_cast<u32>(s.size())}); }

std::string statistic_text(const Statistic& s) {
  std::string text = "@count=" + std::to_string(s.count);
  return text + " @min=" + std::to_string(s.min) + " @max=" + std::to_string(s.max) +
         " @sum=" + std::to_string(s.sum) + " @avg=" + std::to_string(s.avg()) + "\n";
}

std::string keys_text(std::string_view key) {
  std::string text;
  while (!key.empty()) {
    KeyPart part = next_part(key);
    if (!text.empty()) text += ',';
    text += part.kind == 'l' ? std::to_string(part.number) : "\"" + std::string(part.text) + "\"";
  }
  return text;
}

void display_array(u32 index, const Global& g) {
  std::vector<Element> elements = array(index).snapshot({});
  sort_elements(elements, {-1, 0, StatFn::Count}, g.value);
  for (const Element& e : elements) {
    std::string name = std::string(g.name) + "[" + keys_text(e.key) + "]";
    if (g.value == Kind::Stat)
      put_text(name + " " + statistic_text(*e.statistic));
    else if (g.value == Kind::Str)
      put_text(name + "=\"" + e.text + "\"\n");
    else
      put_text(name + "=" + std::to_string(e.number) + "\n");
  }
}

void display_scalar(u32 index, const Global& g) {
  std::string name = g.name;
  if (g.value == Kind::Long) {
    s64 value;
    memcpy(&value, slot(g), sizeof value);
    put_text(name + "=" + std::to_string(value) + "\n");
  } else if (g.value == Kind::Str) {
    put_text(name + "=\"" + std::string(slot(g), strnlen(slot(g), g.value_size)) + "\"\n");
  } else {
    Element e;
    bool known = array(index).find({"", 0}, e) && e.statistic->count != 0;
    put_text(name + " " + (known ? statistic_text(*e.statistic) : "@count=0x0\n"));
  }
}

}  // namespace

u32 entry_limit(const Global& global, u32 max_map_entries) {
  // Calls, of which values are kept from the entry, that go on at once. Half a millisecond's work when
  // the script starts.
  constexpr u32 kLeastSaved = 8192;
  if (global.saves_entry) return std::max(max_map_entries, kLeastSaved);
  return global.max_entries ? global.max_entries : max_map_entries;
}

void create_arrays(const Program& program, u32 max_map_entries) {
  g_arrays.resize(program.global_count);
  g_seen.resize(program.global_count);
  for (u32 i = 0; i < program.global_count; ++i) {
    const Global& g = program.globals[i];
    if (!is_scalar(g)) g_arrays[i] = std::make_unique<Array>(g, entry_limit(g, max_map_entries));
  }
}

Array& array(u32 global) { return *g_arrays[global]; }

Status set_scalars(const Program& program, char* shared,
                   const std::vector<std::pair<std::string, std::string>>& values) {
  g_shared = shared;
  *program.shared = shared;
  for (u32 i = 0; i < program.global_count; ++i) {
    const Global& g = program.globals[i];
    if (!is_scalar(g) || !g.has_init) continue;
    if (g.value == Kind::Long)
      store_long(g, g.init_long);
    else
      store_text(g, g.init_str);
  }
  for (const auto& [name, value] : values) {
    const Global* end = program.globals + program.global_count;
    const Global* g = std::find_if(
        program.globals, end, [&name = name](const Global& each) { return name == each.name; });
    if (g == end) {  // stap takes no notice of it; a misspelt name should be seen
      print_warning(
          "-G " + name +
          " has no effect: the script has no global variable of this name, or does not use it");
      continue;
    }
    if (Status set = set_from_text(*g, value); !set) return set;
  }
  return {};
}

s64 additive_get(u32 global, s64* slot) {
  s64 value = __atomic_load_n(slot, __ATOMIC_RELAXED);
  g_seen[global] = {epoch(), value};
  return value;
}

void additive_set(u32 global, s64* slot, s64 value) {
  Seen& seen = g_seen[global];
  if (seen.epoch != epoch()) {
    __atomic_store_n(slot, value, __ATOMIC_RELAXED);
    return;
  }
  __atomic_add_fetch(slot, static_cast<s64>(static_cast<u64>(value) - static_cast<u64>(seen.value)),
                     __ATOMIC_RELAXED);
  seen.value = value;
}

void additive_changed(u32 global, s64 delta) {
  Seen& seen = g_seen[global];
  if (seen.epoch == epoch())
    seen.value = static_cast<s64>(static_cast<u64>(seen.value) + static_cast<u64>(delta));
}

s64 additive_add(u32 global, s64* slot, s64 delta) {
  additive_changed(global, delta);
  return atomic_add(slot, delta);
}

void display_globals(const Program& program) {
  next_epoch();
  for (u32 i = 0; i < program.global_count; ++i) {
    const Global& g = program.globals[i];
    if (output_is_json()) {
      if (g.own) put_object(global_json(i, g, is_scalar(g) ? slot(g) : nullptr));
      continue;
    }
    if (!g.displayed) continue;
    if (g.is_array)
      display_array(i, g);
    else
      display_scalar(i, g);
  }
}

std::string metrics_of_globals(const Program& program) {
  next_epoch();
  std::string text;
  for (u32 i = 0; i < program.global_count; ++i) {
    const Global& g = program.globals[i];
    if (g.own) text += metrics_of(i, g, is_scalar(g) ? slot(g) : nullptr);
  }
  return text;
}

}  // namespace ct
