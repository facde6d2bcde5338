#include "bpf_store.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <time.h>

#include <algorithm>
#include <unordered_set>

#include "runtime/common/clock.h"
#include "runtime/shared/key_hash.h"
#include "runtime/user/kernel/grace_period.h"
#include "runtime/user/kernel/kernel_features.h"

namespace ct {

namespace {

/// How long a report may wait for handlers that wait for a page.
constexpr unsigned kPatienceMs = 1000;

/// Orders elements by their keys, so that output does not depend on the kernel's hash seed.
void sort_by_keys(std::vector<Element>& elements) {
  std::sort(elements.begin(), elements.end(), [](const Element& a, const Element& b) {
    std::string_view x = a.key, y = b.key;
    while (!x.empty() && !y.empty()) {
      KeyPart p = next_part(x), q = next_part(y);
      if (p.number != q.number) return p.number < q.number;
      if (p.text != q.text) return p.text < q.text;
    }
    return false;
  });
}

}  // namespace

u32 map_entries(const Global& global, u32 limit) {
  if (!global.ordered) return limit;
  // As many as may be made while the one who takes old elements away is not running; a megabyte at most.
  u32 size = global.value_size * (global.value == Kind::Stat ? possible_cpus() : 1) +
             2 * global.key_size + 128;
  return limit + std::clamp((1u << 20) / size, 256u, 4096u);
}

u32 queue_places(u32 limit) { return 2 * limit + 16384; }

BpfStore::BpfStore(const Global& global, const ArrayMaps& maps) : global_(global), maps_(maps) {
  cpus_ = per_cpu() ? possible_cpus() : 1;
  stride_ = per_cpu() ? (global.value_size + 7) / 8 * 8 : global.value_size;
  value_.resize(static_cast<size_t>(stride_) * cpus_);
}

u32 BpfStore::map_key_size() const {
  if (global_.hashed) return sizeof(ct_hash);
  return global_.is_array ? global_.key_size : sizeof(u32);
}

/// The key in the map of a key struct.
std::string BpfStore::map_key(const std::string& raw) const {
  if (!global_.hashed) return raw;
  ct_hashing hashing;
  ct_hash_begin(&hashing, maps_.hash_seed);
  for (u32 i = 0; i < global_.key_count; ++i) {
    const KeyField& field = global_.keys[i];
    // A text's words end with the one that holds its NUL.
    u64 length = field.kind == Kind::Str ? strnlen(raw.data() + field.offset, field.size) : 0;
    for (u64 at = 0; at <= length; at += sizeof(u64)) {
      u64 word;
      memcpy(&word, raw.data() + field.offset + at, sizeof word);
      ct_hash_word(&hashing, word);
    }
  }
  ct_hash hash;
  ct_hash_end(&hashing, &hash);
  return std::string(reinterpret_cast<const char*>(&hash), sizeof hash);
}

/// Packed key to key struct; false if a string does not fit.
bool BpfStore::pack(View key, std::string& raw) const {
  raw.assign(global_.key_size, '\0');
  std::string_view rest(key.data, key.size);
  for (u32 i = 0; i < global_.key_count; ++i) {
    const KeyField& field = global_.keys[i];
    KeyPart part = next_part(rest);
    if (field.kind == Kind::Long) {
      memcpy(raw.data() + field.offset, &part.number, sizeof part.number);
    } else {
      if (part.text.size() >= field.size) return false;
      memcpy(raw.data() + field.offset, part.text.data(), part.text.size());
    }
  }
  return true;
}

std::string BpfStore::unpack(const char* raw) const {
  std::string key;
  for (u32 i = 0; i < global_.key_count; ++i) {
    const KeyField& field = global_.keys[i];
    if (field.kind == Kind::Long) {
      key += 'l';
      key.append(raw + field.offset, sizeof(s64));
    } else {
      u32 size = static_cast<u32>(strnlen(raw + field.offset, field.size));
      key += 's';
      key.append(reinterpret_cast<const char*>(&size), sizeof size);
      key.append(raw + field.offset, size);
    }
  }
  return key;
}

/// One lookup's result (all CPUs of a statistic) to an element's value.
void BpfStore::decode(const char* value, Element& element) const {
  if (global_.value == Kind::Stat) {
    element.statistic = std::make_unique<Statistic>(make_statistic(global_));
    for (u32 cpu = 0; cpu < cpus_; ++cpu)
      merge_from_map(*element.statistic, global_, value + static_cast<size_t>(cpu) * stride_);
  } else if (global_.value == Kind::Long) {
    memcpy(&element.number, value, sizeof element.number);
  } else {
    element.text.assign(value, strnlen(value, global_.value_size));
  }
}

bool BpfStore::find(View key, Element& found) {
  std::string raw;
  if (!pack(key, raw)) return false;
  std::string in_map = map_key(raw);
  if (bpf_map_lookup_elem(maps_.values[0], in_map.data(), value_.data()) != 0) return false;
  if (global_.ordered) {
    std::string entry(global_.index_size, '\0');
    if (bpf_map_lookup_elem(maps_.index[0], in_map.data(), entry.data()) != 0) return false;
    memcpy(&found.stamp, entry.data(), sizeof found.stamp);
  }
  found.key.assign(key.data, key.size);
  decode(value_.data(), found);
  return true;
}

int BpfStore::set(View key, s64 number) { return store(key, &number); }

int BpfStore::set(View key, View text) {
  std::string padded(text.data, text.size);
  padded.resize(global_.value_size);
  padded.back() = 0;
  return store(key, padded.data());
}

int BpfStore::store(View key, const void* value) {
  std::string raw;
  if (!pack(key, raw)) return ENAMETOOLONG;
  if (!has_index())
    return bpf_map_update_elem(maps_.values[0], raw.data(), value, BPF_ANY) == 0 ? 0 : errno;
  std::string in_map = map_key(raw);
  // Again where kernel code has removed or made it between the steps.
  for (int tries = 0; tries < 8; ++tries) {
    if (bpf_map_update_elem(maps_.values[0], in_map.data(), value, BPF_EXIST) == 0) return 0;
    if (errno != ENOENT) return errno;
    int error = make(raw, in_map, value);
    if (error != EEXIST) return error;
  }
  return EBUSY;
}

int BpfStore::ensure(View key, u64& stamp) {
  std::string raw;
  if (!pack(key, raw)) return ENAMETOOLONG;
  std::string in_map = map_key(raw), entry(global_.index_size, '\0');
  std::vector<char> zero(value_.size());
  for (int tries = 0; tries < 8; ++tries) {
    if (bpf_map_lookup_elem(maps_.index[0], in_map.data(), entry.data()) == 0) {
      memcpy(&stamp, entry.data(), sizeof stamp);
      return 0;
    }
    int error = make(raw, in_map, zero.data());
    if (error != 0 && error != EEXIST) return error;
  }
  return EBUSY;
}

namespace {
void count(u64& counter, u64 by) { __atomic_add_fetch(&counter, by, __ATOMIC_SEQ_CST); }
}  // namespace

/// CT_INDEX_MAKE() and CT_ORDER_MAKE(). 0 or an errno.
int BpfStore::make(const std::string& raw, const std::string& key, const void* value) {
  std::string entry(global_.index_size, '\0');
  u64 stamp = global_.ordered ? now_ns() : 0;
  memcpy(entry.data(), &stamp, sizeof stamp);
  if (global_.hashed) memcpy(entry.data() + sizeof stamp, raw.data(), raw.size());
  bool made = bpf_map_update_elem(maps_.index[0], key.data(), entry.data(), BPF_NOEXIST) == 0;
  if (!made && errno != EEXIST) {
    int error = errno;
    if (global_.ordered) trim();
    return error == E2BIG && global_.ordered ? EEXIST : error;
  }
  int error = bpf_map_update_elem(maps_.values[0], key.data(), value, BPF_NOEXIST) == 0 ? 0 : errno;
  if (error != 0 && error != EEXIST) {
    if (made) bpf_map_delete_elem(maps_.index[0], key.data());
    return error;
  }
  if (bpf_map_lookup_elem(maps_.index[0], key.data(), entry.data()) != 0)
    bpf_map_delete_elem(maps_.values[0], key.data());
  if (!made || !global_.ordered) return error;
  count(maps_.order->live, 1);
  if (int failed = enqueue(stamp, key)) {
    count(maps_.order->live, 0 - remove(key));
    return failed;
  }
  trim();
  return error;
}

int BpfStore::enqueue(u64 stamp, const std::string& key) {
  std::string place(reinterpret_cast<const char*>(&stamp), sizeof stamp);
  place += key;
  if (bpf_map_update_elem(maps_.queue, nullptr, place.data(), BPF_ANY) != 0) return errno;
  count(maps_.order->queued, 1);
  return 0;
}

/// CT_INDEX_REMOVE(): how many elements have gone.
u64 BpfStore::remove(const std::string& key) {
  std::string entry(global_.index_size, '\0');
  std::vector<char> value(value_.size());
  u64 gone = bpf_map_delete_elem(maps_.index[0], key.data()) == 0;
  bpf_map_delete_elem(maps_.values[0], key.data());
  bool entry_alone = bpf_map_lookup_elem(maps_.index[0], key.data(), entry.data()) == 0 &&
                     bpf_map_lookup_elem(maps_.values[0], key.data(), value.data()) != 0;
  if (entry_alone) gone += bpf_map_delete_elem(maps_.index[0], key.data()) == 0;
  return gone;
}

/// CT_ORDER_TRIM() until nothing is left to do. The lock's word may hold for a moment what kernel code of the
/// base flavour adds to try it.
void BpfStore::trim() {
  ct_order& order = *maps_.order;
  auto live = [&] { return __atomic_load_n(&order.live, __ATOMIC_SEQ_CST); };
  u64 free = 0;
  if (!__atomic_compare_exchange_n(&order.popper, &free, 1, false, __ATOMIC_SEQ_CST,
                                   __ATOMIC_SEQ_CST))
    return;
  std::string place(sizeof(u64) + map_key_size(), '\0'), entry(global_.index_size, '\0');
  for (u32 turns = order.places; turns > 0; --turns) {
    if (bpf_map_lookup_elem(maps_.queue, nullptr, place.data()) != 0) break;  // a look at the front
    std::string key = place.substr(sizeof(u64));
    bool alive = bpf_map_lookup_elem(maps_.index[0], key.data(), entry.data()) == 0 &&
                 memcmp(entry.data(), place.data(), sizeof(u64)) == 0;
    bool over = live() > order.limit;
    bool crowded =
        __atomic_load_n(&order.queued, __ATOMIC_SEQ_CST) > order.places - order.places / 4;
    if (alive && !over && !crowded) break;
    if (bpf_map_lookup_and_delete_elem(maps_.queue, nullptr, place.data()) != 0) break;
    count(order.queued, ~0ull);
    if (!alive) continue;
    u64 stamp;
    memcpy(&stamp, place.data(), sizeof stamp);
    if (over || enqueue(stamp, key) != 0) count(order.live, 0 - remove(key));
  }
  __atomic_sub_fetch(&order.popper, 1, __ATOMIC_SEQ_CST);
}

void BpfStore::erase(std::string_view key) {
  std::string raw;
  if (!pack({key.data(), static_cast<u32>(key.size())}, raw)) return;
  if (has_index()) {
    u64 gone = remove(map_key(raw));
    if (global_.ordered) count(maps_.order->live, 0 - gone);
  } else if (global_.is_array) {
    bpf_map_delete_elem(maps_.values[0], raw.data());
  } else {
    std::vector<char> zero(value_.size());
    bpf_map_update_elem(maps_.values[0], raw.data(), zero.data(), BPF_ANY);
  }
}

/// Calls visit(map's key, value) for each element of a map. Keys are collected first: in a map that
/// changes, the walk may start over when its current key vanishes, so keys seen are kept apart.
template <typename Visit>
void BpfStore::for_each(int fd, u32 value_size, Visit&& visit) {
  std::string key(map_key_size(), '\0');
  std::vector<char> value(value_size);
  if (!global_.is_array) {
    if (bpf_map_lookup_elem(fd, key.data(), value.data()) == 0) visit(key.data(), value.data());
    return;
  }
  std::vector<std::string> keys;
  std::unordered_set<std::string> seen;
  for (const void* previous = nullptr; bpf_map_get_next_key(fd, previous, key.data()) == 0;
       previous = keys.back().data()) {
    if (!seen.insert(key).second) break;
    keys.push_back(key);
  }
  for (const std::string& k : keys)
    if (bpf_map_lookup_elem(fd, k.data(), value.data()) == 0) visit(k.data(), value.data());
}

void BpfStore::collect(std::vector<Element>& into) {
  auto add = [&](const char* raw, const char* value, u64 stamp) {
    Element e;
    e.key = unpack(raw);
    e.stamp = stamp;
    decode(value, e);
    // Of an a%[N] also what only user-side code has added to: Array keeps that.
    if (e.statistic && e.statistic->count == 0 && !global_.ordered) return;
    into.push_back(std::move(e));
  };
  u32 value_size = static_cast<u32>(value_.size());
  if (!has_index()) {
    for_each(maps_.values[0], value_size,
             [&](const char* raw, const char* value) { add(raw, value, 0); });
    return sort_by_keys(into);
  }
  for_each(maps_.index[0], global_.index_size, [&](const char* key, const char* entry) {
    if (bpf_map_lookup_elem(maps_.values[0], key, value_.data()) != 0) return;
    u64 stamp;
    memcpy(&stamp, entry, sizeof stamp);
    add(global_.hashed ? entry + sizeof stamp : key, value_.data(), stamp);
  });
  sort_by_keys(into);
  if (!global_.ordered) return;
  std::stable_sort(into.begin(), into.end(),
                   [](const Element& a, const Element& b) { return a.stamp < b.stamp; });
  if (into.size() > maps_.order->limit)
    into.erase(into.begin(), into.end() - static_cast<ptrdiff_t>(maps_.order->limit));
}

void BpfStore::clear() {
  std::vector<Element> all;
  collect(all);
  for (const Element& e : all) erase(e.key);
}

/// Takes the entries of a generation's index: map's key to key struct.
BpfStore::Texts BpfStore::take_texts(u32 generation) {
  Texts texts;
  if (!global_.hashed) return texts;
  int fd = maps_.index[generation];
  for_each(fd, global_.index_size, [&](const char* key, const char* entry) {
    texts.emplace(std::string(key, map_key_size()),
                  std::string(entry + sizeof(u64), global_.key_size));
  });
  return texts;
}

void BpfStore::drain(HostTable& into) {
  u32 old = __atomic_load_n(maps_.generation, __ATOMIC_RELAXED);
  __atomic_store_n(maps_.generation, 1 - old, __ATOMIC_SEQ_CST);
  // What a sleepable program still adds to the old generation after that is drained with it next time.
  wait_for_programs(kPatienceMs);
  Texts texts = take_texts(old);
  std::vector<Element> fresh;
  take_all(maps_.values[old], [&](const char* key, const char* value) {
    Element e;
    if (global_.hashed) {
      auto text = texts.find(std::string(key, map_key_size()));
      if (text == texts.end()) return;  // of a program that still runs, see above
      e.key = unpack(text->second.data());
    } else {
      e.key = unpack(key);
    }
    decode(value, e);
    if (!e.statistic || e.statistic->count != 0) fresh.push_back(std::move(e));
  });
  for (const auto& [key, text] : texts) bpf_map_delete_elem(maps_.index[old], key.data());
  sort_by_keys(fresh);
  for (Element& e : fresh) {
    Element& element = into.insert(e.key);
    if (!e.statistic)
      element.number =
          static_cast<s64>(static_cast<u64>(element.number) + static_cast<u64>(e.number));
    else if (element.statistic)
      element.statistic->merge(*e.statistic);
    else
      element.statistic = std::move(e.statistic);
  }
}

/// Visits all elements of a map that nobody writes to, and empties it. By batches where the kernel
/// can (Linux 5.6), else one system call after the other.
template <typename Visit>
void BpfStore::take_all(int fd, Visit&& visit) {
  u32 room = 256;
  std::vector<char> keys, values;
  u64 position = 0, next_position = 0;
  const u64* from = nullptr;
  while (global_.is_array) {
    keys.resize(static_cast<size_t>(room) * map_key_size());
    values.resize(static_cast<size_t>(room) * value_.size());
    u32 count = room;
    int rc = bpf_map_lookup_and_delete_batch(fd, const_cast<u64*>(from), &next_position,
                                             keys.data(), values.data(), &count, nullptr);
    int error = rc == 0 ? 0 : errno;
    if (error == ENOSPC && room < (1u << 20)) {  // one hash bucket holds more than `room`
      room *= 2;
      continue;
    }
    if (error != 0 && error != ENOENT) break;
    for (u32 i = 0; i < count; ++i)
      visit(keys.data() + static_cast<size_t>(i) * map_key_size(),
            values.data() + static_cast<size_t>(i) * value_.size());
    if (error == ENOENT) return;
    position = next_position;
    from = &position;
  }
  // What is left, or everything.
  std::vector<std::string> left;
  for_each(fd, static_cast<u32>(value_.size()), [&](const char* raw, const char* value) {
    left.emplace_back(raw, map_key_size());
    visit(raw, value);
  });
  std::vector<char> zero(value_.size());
  for (const std::string& raw : left) {
    if (global_.is_array)
      bpf_map_delete_elem(fd, raw.data());
    else
      bpf_map_update_elem(fd, raw.data(), zero.data(), BPF_ANY);
  }
}

}  // namespace ct
