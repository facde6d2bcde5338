// The BPF maps behind a shared array or statistic.
//
// A plain array is one map from its keys. An array with an index (Global::hashed, Global::ordered) has a second
// map, which decides whether an element exists, and if it is an a%[N] a queue: runtime/bpf/index.bpf.h, whose
// rules for making and removing an element user-side code keeps as well.
#pragma once

#include "array.h"

namespace ct {

/// File descriptors of a shared array's maps, -1 for those that it has not, and what it has in ct_globals.
struct ArrayMaps {
  int values[2] = {-1, -1}, index[2] = {-1, -1}, queue = -1;
  u32* generation = nullptr;
  ct_order* order = nullptr;
  const u64* hash_seed = nullptr;
};

/// Elements for which the map of an array has room: more than its limit if it is an a%[N], so that a new
/// one need not wait until the oldest is gone.
u32 map_entries(const Global& global, u32 limit);
/// Places in the queue of an a%[N].
u32 queue_places(u32 limit);

class BpfStore {
 public:
  BpfStore(const Global& global, const ArrayMaps& maps);

  bool find(View key, Element& found);
  /// 0 or an errno; E2BIG: the map is full.
  int set(View key, s64 number);
  int set(View key, View text);
  void erase(std::string_view key);
  void clear();
  /// All elements, of an a%[N] the newest N, oldest first; else in the order of their keys.
  void collect(std::vector<Element>& into);

  /// Makes the element of an a%[N] if it is not there. 0 or an errno; `stamp` is the element's.
  int ensure(View key, u64& stamp);

  /// Moves everything that the kernel has counted since the last call into `into`. Only for
  /// additive arrays.
  void drain(HostTable& into);

 private:
  bool per_cpu() const { return global_.value == Kind::Stat; }
  bool has_index() const { return global_.hashed || global_.ordered; }
  bool pack(View key, std::string& raw) const;
  std::string unpack(const char* raw) const;
  std::string map_key(const std::string& raw) const;
  void decode(const char* value, Element& element) const;
  u32 map_key_size() const;
  int store(View key, const void* value);
  int make(const std::string& raw, const std::string& key, const void* value);
  int enqueue(u64 stamp, const std::string& key);
  u64 remove(const std::string& key);
  void trim();
  template <typename Visit>
  void for_each(int fd, u32 value_size, Visit&& visit);
  template <typename Visit>
  void take_all(int fd, Visit&& visit);
  using Texts = std::unordered_map<std::string, std::string>;
  Texts take_texts(u32 generation);

  const Global& global_;
  ArrayMaps maps_;
  u32 cpus_;
  u32 stride_;  ///< bytes of one CPU's value as system calls see it
  std::vector<char> value_;
};

}  // namespace ct
