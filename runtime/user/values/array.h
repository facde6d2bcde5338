// Arrays and statistics behind one face, wherever they live.
//
// Three kinds of storage:
//   Host    user-side code only: a hash table in this process.
//   Drained kernel code only adds (Global::additive): two generations of a BPF map. The first use
//           in a handler switches the kernel to the other generation, waits until no program runs
//           that may still write to the old one, moves its contents into the host table and empties
//           it. All user-side operations work on the host table. So `foreach … delete` in a timer
//           loses nothing: what is counted after the switch is in the other generation.
//   Direct  everything else that is shared: each operation is a system call on the BPF map. A
//           user-side read-modify-write of such an element is not atomic against the kernel side.
//           Statistics keep what user-side code adds in the host table and merge it when read.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "statistic.h"

namespace ct {

/// One element. Only the member of the array's value kind is in use.
struct Element {
  std::string key;  ///< packed, see ct::Key
  s64 number = 0;
  std::string text;
  std::unique_ptr<Statistic> statistic;
  u64 stamp = 0;  ///< of an element of a shared a%[N]: when it was made
};

/// Packed keys taken apart.
struct KeyPart {
  char kind;  ///< 'l', 's' or '*'
  s64 number;
  std::string_view text;
};
/// Takes the next part off `packed`.
KeyPart next_part(std::string_view& packed);
/// The `column`-th part (from 0) of a packed key.
KeyPart key_part(std::string_view packed, u32 column);
/// True if `key` has the values of `slice` wherever that has no `*`.
bool matches(std::string_view key, std::string_view slice);

/// A hash table that remembers the order of insertion.
class HostTable {
 public:
  Element* find(std::string_view key);
  Element& insert(std::string_view key);  ///< existing or new
  bool erase(std::string_view key);
  void erase_oldest();
  void clear();
  size_t size() const { return index_.size(); }
  /// In order of insertion; null where one was erased.
  const std::deque<std::unique_ptr<Element>>& elements() const { return elements_; }

 private:
  void compact();
  std::deque<std::unique_ptr<Element>> elements_;
  std::unordered_map<std::string_view, u64> index_;  ///< number of the element, see first_
  u64 first_ = 0;                                    ///< number of elements_[0]
};

/// BPF map behind a shared array; implemented over libbpf in bpf_store.cpp.
class BpfStore;
struct ArrayMaps;

class Array {
 public:
  Array(const Global& global, u32 limit);
  ~Array();

  /// Attaches the BPF maps of a shared array.
  void attach(const ArrayMaps& maps);

  bool find(View key, Element& found);  ///< a copy
  void set(View key, s64 number, const char* near);
  void set(View key, View text, const char* near);
  s64 add(View key, s64 delta, const char* near);
  void add_statistic(View key, s64 value, const char* near);
  bool contains(View key, bool slice);
  void erase(View key, bool slice);
  void clear();
  /// Copies of all elements, in order of insertion where that is known.
  std::vector<Element> snapshot(std::string_view slice);

  const Global& global() const { return global_; }

 private:
  bool direct() const { return store_ && !global_.additive; }
  void refresh();
  Element& host_element(View key, const char* near);

  const Global& global_;
  u32 limit_;
  HostTable host_;
  std::unique_ptr<BpfStore> store_;
  u64 drained_in_ = 0;  ///< epoch() of the last drain
};

/// Sorts elements with values of kind `value`; those that compare equal stay in order.
void sort_elements(std::vector<Element>& elements, const Order& order, Kind value);

/// The array or statistic with this index in Program::globals.
Array& array(u32 global);

/// Number of the handler run (or batch of records) that is going on; a new one may see new values.
u64 epoch();
void next_epoch();

}  // namespace ct
