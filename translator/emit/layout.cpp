#include "emit/layout.h"

#include <cctype>

namespace coretap::layout {

using ir::Global;
using ir::GlobalId;
using ir::Module;
using ir::Ty;

namespace {

constexpr uint32_t kRecordHeader = 24;  // sizeof(struct ct_rec_hdr)

// Bytes of a key from which it is hashed. Measured on 6.18, a look-up with a text of 20 bytes in the key: 41 ns
// with a key of 16 bytes, 53 with 64, 84 with 128, 152 with 256, 257 with 512; 65 ns with its hash. With 250
// bytes of text the hash costs 231 ns, as much as a key of 400.
constexpr uint32_t kLongKey = 256;
// Each place in the queue of an a%[N] holds a key.
constexpr uint32_t kLongOrderedKey = 128;

std::string member(const ir::Type& type, const std::string& name) {
  if (type.ty != Ty::Str) return "  s64 " + name + ";\n";
  return "  char " + name + "[" + std::to_string(type.cap) + "] __attribute__((aligned(8)));\n";
}

std::string globals_struct(const Module& module) {
  std::string members;
  for (GlobalId id = 0; id < module.globals.size(); ++id) {
    const Global& g = module.globals[id];
    if (g.shared && is_scalar(g)) members += member(g.value, global_member(module, id));
    if (is_ordered(g)) members += "  struct ct_order " + order_member(module, id) + ";\n";
    if (has_generations(g)) members += "  u32 " + generation_member(module, id) + ";\n";
  }
  if (members.empty()) members = "  u64 unused; /* C and C++ disagree on the size of nothing */\n";
  return "struct ct_globals {\n" + members + "};\n";
}

std::string map_structs(const Module& module, GlobalId id) {
  const Global& g = module.globals[id];
  std::string text;
  if (g.is_array()) {
    text += "struct " + key_struct(module, id) + " {\n";
    for (size_t i = 0; i < g.keys.size(); ++i) text += member(g.keys[i], "k" + std::to_string(i));
    text += "};\n";
  }
  if (has_index(g)) {
    text += "struct " + index_struct(module, id) + " {\n  u64 stamp;\n";
    if (is_hashed(g)) text += "  struct " + key_struct(module, id) + " key;\n";
    text += "};\n";
  }
  if (is_ordered(g))
    text += "struct " + place_struct(module, id) + " {\n  u64 stamp;\n  " + map_key(module, id) +
            " key;\n};\n";
  text += "struct " + value_struct(module, id) + " {\n";
  if (!g.is_stat) return text + member(g.value, "value") + "};\n";
  text += "  u64 count;\n  s64 sum;\n";
  if (g.need_min_max) text += "  u64 min;\n  u64 max;\n";
  if (g.need_variance) text += "  u64 squares[2]; /* low, high */\n";
  for (size_t i = 0; i < g.hists.size(); ++i)
    text +=
        "  u64 hist" + std::to_string(i) + "[" + std::to_string(hist_buckets(g.hists[i])) + "];\n";
  return text + "};\n";
}

std::string with_id(const Module& module, const char* prefix, GlobalId id) {
  return prefix + std::to_string(id) + "_" + identifier(module.globals[id].name);
}

}  // namespace

std::string identifier(const std::string& name) {
  std::string id = name;
  for (char& c : id)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') c = '_';
  return id;
}

bool is_scalar(const Global& g) { return !g.is_array() && !g.is_stat; }
bool in_map(const Global& g) { return g.shared && !is_scalar(g); }
bool is_ordered(const Global& g) { return g.wrap && g.is_array() && in_map(g) && !g.saves_entry; }
bool is_hashed(const Global& g) {
  if (!g.is_array() || !in_map(g) || g.saves_entry) return false;
  return key_size(g) >= (is_ordered(g) ? kLongOrderedKey : kLongKey);
}
bool has_index(const Global& g) { return is_hashed(g) || is_ordered(g); }
bool has_generations(const Global& g) { return in_map(g) && g.additive; }

std::string global_member(const Module& module, GlobalId id) { return with_id(module, "g", id); }
std::string generation_member(const Module& module, GlobalId id) {
  return with_id(module, "generation", id);
}
std::string key_struct(const Module& module, GlobalId id) { return with_id(module, "ct_key", id); }
std::string value_struct(const Module& module, GlobalId id) {
  return with_id(module, "ct_value", id);
}

std::string map_name(const Module& module, GlobalId id, int generation) {
  // The kernel keeps 15 characters of it: what tells maps apart comes first.
  return "m" + std::to_string(id) + "_" + std::to_string(generation) + "_" +
         identifier(module.globals[id].name);
}

std::string map_key(const Module& module, GlobalId id) {
  const Global& g = module.globals[id];
  if (!g.is_array()) return "u32";
  return is_hashed(g) ? "struct ct_hash" : "struct " + key_struct(module, id);
}
std::string index_struct(const Module& module, GlobalId id) {
  return with_id(module, "ct_index", id);
}
std::string place_struct(const Module& module, GlobalId id) {
  return with_id(module, "ct_place", id);
}
std::string order_member(const Module& module, GlobalId id) { return with_id(module, "order", id); }
std::string index_name(const Module& module, GlobalId id, int generation) {
  return "i" + map_name(module, id, generation).substr(1);
}
std::string queue_name(const Module& module, GlobalId id) {
  return "q" + map_name(module, id, 0).substr(1);
}
std::string make_function(const Module& module, GlobalId id, int generation) {
  return "ct_make_" + map_name(module, id, generation).substr(1);
}
std::string trim_function(const Module& module, GlobalId id, int generation) {
  return "ct_trim_" + map_name(module, id, generation).substr(1);
}
std::string remove_function(const Module& module, GlobalId id) {
  return "ct_remove_" + map_name(module, id, 0).substr(1);
}

std::string perf_map(size_t counter) { return "ct_perf_" + std::to_string(counter); }

std::string record_struct(const ir::Segment& segment) {
  return "ct_rec_" + std::to_string(segment.id);
}
std::string record_field(uint32_t capture) { return "c" + std::to_string(capture); }

uint32_t size_of(const ir::Type& type) { return type.ty == Ty::Str ? type.cap : 8; }

uint32_t key_size(const Global& g) {
  uint32_t size = 0;
  for (const ir::Type& key : g.keys) size += size_of(key);
  return size;
}

uint32_t index_size(const Global& g) { return 8 + (is_hashed(g) ? key_size(g) : 0); }

uint32_t value_size(const Global& g) {
  if (!g.is_stat) return size_of(g.value);
  uint32_t size = 16;
  if (g.need_min_max) size += 16;
  if (g.need_variance) size += 16;
  for (const ir::HistSpec& hist : g.hists) size += 8 * hist_buckets(hist);
  return size;
}

uint32_t record_size(const ir::Segment& segment) {
  uint32_t size = kRecordHeader;
  for (uint32_t i = 0; i < segment.captures; ++i) size += size_of(segment.body.locals[i].type);
  return size;
}

uint32_t hist_buckets(const ir::HistSpec& hist) {
  if (!hist.linear) return 128;
  return static_cast<uint32_t>((hist.high - hist.low) / hist.step + 3);
}

std::string text(const Module& module) {
  std::string out = globals_struct(module);
  for (GlobalId id = 0; id < module.globals.size(); ++id)
    if (in_map(module.globals[id])) out += map_structs(module, id);
  for (const ir::Segment& s : module.segments) {
    out += "struct " + record_struct(s) + " {\n  struct ct_rec_hdr hdr;\n";
    for (uint32_t i = 0; i < s.captures; ++i) out += member(s.body.locals[i].type, record_field(i));
    out += "};\n";
  }
  return out;
}

}  // namespace coretap::layout
