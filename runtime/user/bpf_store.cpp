#include "bpf_store.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include <algorithm>
#include <unordered_set>

#include "grace_period.h"
#include "kernel_features.h"

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

BpfStore::BpfStore(const Global& global, const int fds[2], u32* generation)
    : global_(global), fds_{fds[0], fds[1]}, generation_(generation) {
  cpus_ = per_cpu() ? possible_cpus() : 1;
  stride_ = per_cpu() ? (global.value_size + 7) / 8 * 8 : global.value_size;
  value_.resize(static_cast<size_t>(stride_) * cpus_);
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
  if (bpf_map_lookup_elem(fds_[0], raw.data(), value_.data()) != 0) return false;
  found.key.assign(key.data, key.size);
  decode(value_.data(), found);
  return true;
}

int BpfStore::set(View key, s64 number) {
  std::string raw;
  if (!pack(key, raw)) return ENAMETOOLONG;
  return bpf_map_update_elem(fds_[0], raw.data(), &number, BPF_ANY) == 0 ? 0 : errno;
}

int BpfStore::set(View key, View text) {
  std::string raw;
  if (!pack(key, raw)) return ENAMETOOLONG;
  std::string padded(text.data, text.size);
  padded.resize(global_.value_size);
  padded.back() = 0;
  return bpf_map_update_elem(fds_[0], raw.data(), padded.data(), BPF_ANY) == 0 ? 0 : errno;
}

void BpfStore::erase(std::string_view key) {
  std::string raw;
  if (!pack({key.data(), static_cast<u32>(key.size())}, raw)) return;
  if (global_.is_array) {
    bpf_map_delete_elem(fds_[0], raw.data());
  } else {
    std::vector<char> zero(value_.size());
    bpf_map_update_elem(fds_[0], raw.data(), zero.data(), BPF_ANY);
  }
}

/// Calls visit(raw key, value) for each element of a map. Keys are collected first: in a map that
/// changes, the walk may start over when its current key vanishes, so keys seen are kept apart.
template <typename Visit>
void BpfStore::for_each(int fd, Visit&& visit) {
  if (!global_.is_array) {
    std::string zero(map_key_size(), '\0');
    if (bpf_map_lookup_elem(fd, zero.data(), value_.data()) == 0) visit(zero.data(), value_.data());
    return;
  }
  std::vector<std::string> keys;
  std::unordered_set<std::string> seen;
  std::string key(global_.key_size, '\0');
  for (const void* previous = nullptr; bpf_map_get_next_key(fd, previous, key.data()) == 0;
       previous = keys.back().data()) {
    if (!seen.insert(key).second) break;
    keys.push_back(key);
  }
  for (const std::string& k : keys)
    if (bpf_map_lookup_elem(fd, k.data(), value_.data()) == 0) visit(k.data(), value_.data());
}

void BpfStore::collect(std::vector<Element>& into) {
  for_each(fds_[0], [&](const char* raw, const char* value) {
    Element e;
    e.key = unpack(raw);
    decode(value, e);
    if (e.statistic && e.statistic->count == 0) return;
    into.push_back(std::move(e));
  });
  sort_by_keys(into);
}

void BpfStore::clear() {
  std::vector<Element> all;
  collect(all);
  for (const Element& e : all) erase(e.key);
}

void BpfStore::drain(HostTable& into) {
  u32 old = __atomic_load_n(generation_, __ATOMIC_RELAXED);
  __atomic_store_n(generation_, 1 - old, __ATOMIC_SEQ_CST);
  // What a sleepable program still adds to the old generation after that is drained with it next time.
  wait_for_programs(kPatienceMs);
  std::vector<Element> fresh;
  take_all(fds_[old], [&](const char* raw, const char* value) {
    Element e;
    e.key = unpack(raw);
    decode(value, e);
    if (!e.statistic || e.statistic->count != 0) fresh.push_back(std::move(e));
  });
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
    keys.resize(static_cast<size_t>(room) * global_.key_size);
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
      visit(keys.data() + static_cast<size_t>(i) * global_.key_size,
            values.data() + static_cast<size_t>(i) * value_.size());
    if (error == ENOENT) return;
    position = next_position;
    from = &position;
  }
  // What is left, or everything.
  std::vector<std::string> left;
  for_each(fd, [&](const char* raw, const char* value) {
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
