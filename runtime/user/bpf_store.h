// The BPF maps behind a shared array or statistic.
#pragma once

#include "array.h"

namespace ct {

class BpfStore {
 public:
  BpfStore(const Global& global, const int fds[2], u32* generation);

  bool find(View key, Element& found);
  /// 0 or an errno; E2BIG: the map is full.
  int set(View key, s64 number);
  int set(View key, View text);
  void erase(std::string_view key);
  void clear();
  void collect(std::vector<Element>& into);

  /// Moves everything that the kernel has counted since the last call into `into`. Only for
  /// additive arrays.
  void drain(HostTable& into);

 private:
  bool per_cpu() const { return global_.value == Kind::Stat; }
  bool pack(View key, std::string& raw) const;
  std::string unpack(const char* raw) const;
  void decode(const char* value, Element& element) const;
  u32 map_key_size() const { return global_.is_array ? global_.key_size : sizeof(u32); }
  template <typename Visit>
  void for_each(int fd, Visit&& visit);
  template <typename Visit>
  void take_all(int fd, Visit&& visit);

  const Global& global_;
  int fds_[2];
  u32* generation_;
  u32 cpus_;
  u32 stride_;  ///< bytes of one CPU's value as system calls see it
  std::vector<char> value_;
};

}  // namespace ct
