#include "array.h"

#include <algorithm>

#include "bpf_store.h"
#include "current_program.h"

namespace ct {
namespace {

u64 g_epoch = 1;

std::string_view sv(View v) { return {v.data, v.size}; }

void merge_element(Element& into, Element&& from, Kind kind) {
  if (kind == Kind::Stat) {
    if (!into.statistic)
      into.statistic = std::move(from.statistic);
    else
      into.statistic->merge(*from.statistic);
  } else {
    into.number = static_cast<s64>(static_cast<u64>(into.number) + static_cast<u64>(from.number));
  }
}

Element copy_of(const Element& e) {
  Element copy;
  copy.key = e.key;
  copy.number = e.number;
  copy.text = e.text;
  copy.stamp = e.stamp;
  if (e.statistic) copy.statistic = std::make_unique<Statistic>(*e.statistic);
  return copy;
}

}  // namespace

u64 epoch() { return g_epoch; }
void next_epoch() { ++g_epoch; }

// ------------------------------------------------------------------ packed keys

KeyPart next_part(std::string_view& packed) {
  KeyPart part = {packed[0], 0, {}};
  packed.remove_prefix(1);
  if (part.kind == 'l') {
    memcpy(&part.number, packed.data(), sizeof part.number);
    packed.remove_prefix(sizeof part.number);
  } else if (part.kind == 's') {
    u32 size;
    memcpy(&size, packed.data(), sizeof size);
    part.text = packed.substr(sizeof size, size);
    packed.remove_prefix(sizeof size + size);
  }
  return part;
}

KeyPart key_part(std::string_view packed, u32 column) {
  KeyPart part = next_part(packed);
  while (column-- > 0) part = next_part(packed);
  return part;
}

bool matches(std::string_view key, std::string_view slice) {
  while (!slice.empty() && !key.empty()) {
    KeyPart want = next_part(slice), have = next_part(key);
    if (want.kind != '*' && (want.number != have.number || want.text != have.text)) return false;
  }
  return true;
}

// ------------------------------------------------------------------ HostTable

Element* HostTable::find(std::string_view key) {
  auto at = index_.find(key);
  return at == index_.end() ? nullptr : elements_[at->second - first_].get();
}

Element& HostTable::insert(std::string_view key) {
  if (Element* found = find(key)) return *found;
  elements_.push_back(std::make_unique<Element>());
  Element& element = *elements_.back();
  element.key = key;
  index_.emplace(element.key, first_ + elements_.size() - 1);
  return element;
}

bool HostTable::erase(std::string_view key) {
  auto at = index_.find(key);
  if (at == index_.end()) return false;
  u64 slot = at->second - first_;
  index_.erase(at);  // before the key that it points to
  elements_[slot].reset();
  while (!elements_.empty() && !elements_.front()) {
    elements_.pop_front();
    ++first_;
  }
  if (elements_.size() > 64 && elements_.size() > 2 * index_.size()) compact();
  return true;
}

void HostTable::erase_oldest() {
  if (!elements_.empty()) erase(elements_.front()->key);
}

void HostTable::clear() {
  index_.clear();
  elements_.clear();
  first_ = 0;
}

/// Removes the holes that erase() left, so that memory and iteration follow the live elements.
void HostTable::compact() {
  std::erase_if(elements_, [](const auto& e) { return e == nullptr; });
  first_ = 0;
  for (u64 i = 0; i < elements_.size(); ++i) index_[elements_[i]->key] = i;
}

// ------------------------------------------------------------------ Array

Array::Array(const Global& global, u32 limit) : global_(global), limit_(limit) {}
Array::~Array() = default;

void Array::attach(const ArrayMaps& maps) { store_ = std::make_unique<BpfStore>(global_, maps); }

/// Brings the host table of a drained array up to date, once per handler run.
void Array::refresh() {
  if (!store_ || !global_.additive || drained_in_ == epoch()) return;
  drained_in_ = epoch();
  store_->drain(host_);
}

/// The element in the host table, made if there is room.
Element& Array::host_element(View key, const char* near) {
  if (Element* found = host_.find(sv(key))) return *found;
  if (global_.is_array && host_.size() >= limit_) {
    if (global_.wrap) {
      host_.erase_oldest();
    } else {
      fail(near, global_.max_entries
                     ? ("Array overflow, check size limit (" + std::to_string(limit_) + ")").c_str()
                     : "Array overflow, check MAXMAPENTRIES");
    }
  }
  Element& element = host_.insert(sv(key));
  if (global_.value == Kind::Stat)
    element.statistic = std::make_unique<Statistic>(make_statistic(global_));
  return element;
}

bool Array::find(View key, Element& found) {
  refresh();
  bool known = direct() && store_->find(key, found);
  if (direct() && global_.value != Kind::Stat) return known;
  // What the host table has of an element of an a%[N] belongs to that element, not to a later one of its key.
  Element* host = host_.find(sv(key));
  if (host && direct() && global_.ordered && (!known || host->stamp != found.stamp)) host = nullptr;
  if (host) {
    if (known)
      merge_element(found, copy_of(*host), global_.value);
    else
      found = copy_of(*host);
    known = true;
  }
  return known;
}

namespace {
void check_stored(int error, const Global& global, const char* near) {
  if (error == 0) return;
  if (error == ENAMETOOLONG)
    fail(near, "a string key is too long for the array that kernel probes share");
  if (error == E2BIG || error == ENOMEM)
    fail(near, global.max_entries ? "Array overflow, check size limit"
                                  : "Array overflow, check MAXMAPENTRIES");
  fail(near,
       (std::string("cannot write to array ") + global.name + ": " + strerror(error)).c_str());
}
}  // namespace

void Array::set(View key, s64 number, const char* near) {
  if (direct()) return check_stored(store_->set(key, number), global_, near);
  refresh();
  host_element(key, near).number = number;
}

void Array::set(View key, View text, const char* near) {
  if (direct()) return check_stored(store_->set(key, text), global_, near);
  refresh();
  host_element(key, near).text = sv(text);
}

s64 Array::add(View key, s64 delta, const char* near) {
  Element now;
  if (direct()) store_->find(key, now);
  refresh();
  if (!direct()) {
    if (Element* host = host_.find(sv(key))) now.number = host->number;
  }
  s64 sum = static_cast<s64>(static_cast<u64>(now.number) + static_cast<u64>(delta));
  set(key, sum, near);
  return sum;
}

void Array::add_statistic(View key, s64 value, const char* near) {
  refresh();
  if (!direct() || !global_.ordered) {
    host_element(key, near).statistic->add(global_, value);
    return;
  }
  u64 stamp = 0;
  check_stored(store_->ensure(key, stamp), global_, near);
  Element& element = host_.insert(sv(key));
  if (!element.statistic || element.stamp != stamp)
    element.statistic = std::make_unique<Statistic>(make_statistic(global_));
  element.stamp = stamp;
  element.statistic->add(global_, value);
}

bool Array::contains(View key, bool slice) {
  if (slice) return !snapshot(sv(key)).empty();
  Element ignored;
  return find(key, ignored);
}

void Array::erase(View key, bool slice) {
  if (slice) {
    for (const Element& e : snapshot(sv(key)))
      erase({e.key.data(), static_cast<u32>(e.key.size())}, false);
    return;
  }
  refresh();
  if (direct()) store_->erase(sv(key));
  host_.erase(sv(key));
}

void Array::clear() {
  refresh();
  if (direct()) store_->clear();
  host_.clear();
}

std::vector<Element> Array::snapshot(std::string_view slice) {
  refresh();
  std::vector<Element> all;
  if (direct()) store_->collect(all);
  size_t from_store = all.size();
  std::unordered_map<std::string_view, size_t> known;
  for (size_t i = 0; i < from_store; ++i) known.emplace(all[i].key, i);
  std::vector<Element> extra;
  for (const auto& host : host_.elements()) {
    if (!host) continue;
    auto at = known.find(host->key);
    bool is_of_ordered = direct() && global_.ordered;
    if (is_of_ordered && (at == known.end() || all[at->second].stamp != host->stamp)) continue;
    if (at == known.end())
      extra.push_back(copy_of(*host));
    else
      merge_element(all[at->second], copy_of(*host), global_.value);
  }
  known.clear();  // its keys are views into `all`, which may move now
  for (Element& e : extra) all.push_back(std::move(e));
  if (direct() && global_.ordered && global_.value == Kind::Stat)
    std::erase_if(all, [](const Element& e) { return e.statistic->count == 0; });
  if (!slice.empty()) std::erase_if(all, [&](const Element& e) { return !matches(e.key, slice); });
  return all;
}

// ------------------------------------------------------------------ what generated code calls

s64 array_get(u32 global, View key) {
  Element e;
  return array(global).find(key, e) ? e.number : 0;
}

void array_get(u32 global, View key, Out to) {
  Element e;
  array(global).find(key, e);
  copy(to, {e.text.data(), static_cast<u32>(e.text.size())});
}

void array_set(u32 global, View key, s64 value, const char* near) {
  array(global).set(key, value, near);
}

void array_set(u32 global, View key, View value, const char* near) {
  array(global).set(key, value, near);
}

s64 array_add(u32 global, View key, s64 delta, const char* near) {
  return array(global).add(key, delta, near);
}

s64 array_in(u32 global, View key, bool slice) { return array(global).contains(key, slice); }
void array_delete(u32 global, View key, bool slice) { array(global).erase(key, slice); }
void array_clear(u32 global) { array(global).clear(); }

void stat_add(u32 global, View key, s64 value, const char* near) {
  array(global).add_statistic(key, value, near);
}

s64 stat_get(u32 global, View key, StatFn fn, s64 shift, const char* near) {
  Element e;
  if (!array(global).find(key, e) || e.statistic->count == 0) {
    if (fn == StatFn::Count || fn == StatFn::Sum) return 0;
    fail(near, "empty aggregate");
  }
  return e.statistic->value(fn, shift);
}

void put_hist(Sink& sink, u32 global, View key, u32 hist, const char* near) {
  Element e;
  if (!array(global).find(key, e) || e.statistic->count == 0) fail(near, "empty aggregate");
  std::string chart = render_histogram(shape(array(global).global().hists[hist]),
                                       e.statistic->hists[hist], current_program().hist_elision);
  put(sink, {chart.data(), static_cast<u32>(chart.size())});
}

s64 hist_get(u32 global, View key, u32 hist, s64 bucket, const char* near) {
  Element e;
  if (!array(global).find(key, e) || e.statistic->count == 0) fail(near, "empty aggregate");
  const std::vector<u64>& counts = e.statistic->hists[hist];
  if (bucket < 0 || static_cast<u64>(bucket) >= counts.size())
    fail(near, "histogram index out of range");
  return static_cast<s64>(counts[static_cast<size_t>(bucket)]);
}

}  // namespace ct
