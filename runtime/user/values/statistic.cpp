#include "statistic.h"

namespace ct {
namespace {

// A log histogram has a bucket for each power of two of either sign, and one for 0 in the middle:
// 0 is INT64_MIN, 63 is -1, 65 is 1, 127 begins at 2^62.
constexpr u32 kLogZero = 64;
constexpr u32 kLogBuckets = 128;

template <typename T>
T load(const char* from) {
  T value;
  memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace

HistShape shape(const HistField& field) {
  return {field.linear, field.low, field.high, field.step};
}

u32 HistShape::buckets() const {
  return linear ? static_cast<u32>((high - low) / step + 3) : kLogBuckets;
}

u32 HistShape::bucket_of(s64 value) const {
  if (linear) {
    if (value < low) return 0;
    u64 index = (static_cast<u64>(value) - static_cast<u64>(low)) / static_cast<u64>(step) + 1;
    return index < buckets() - 1 ? static_cast<u32>(index) : buckets() - 1;
  }
  if (value == 0) return kLogZero;
  u64 magnitude = value < 0 ? 0 - static_cast<u64>(value) : static_cast<u64>(value);
  u32 log = 64 - static_cast<u32>(__builtin_clzll(magnitude));  // 1: 1, 2..3: 2, 4..7: 3
  return value < 0 ? kLogZero - log : kLogZero + log;
}

s64 HistShape::value_of(u32 bucket) const {
  if (linear) {
    if (bucket == 0) return low;
    u32 shift = bucket == buckets() - 1 ? 2 : 1;  // the overflow bucket shows the last limit
    return low + static_cast<s64>(bucket - shift) * step;
  }
  if (bucket == kLogZero) return 0;
  if (bucket < kLogZero) return static_cast<s64>(0 - (1ull << (kLogZero - bucket - 1)));
  return static_cast<s64>(1ull << (bucket - kLogZero - 1));
}

HistLimits HistShape::limits(u32 bucket) const {
  const s64 value = value_of(bucket);
  // Unsigned, since the limits of a bucket that is never used may be no numbers.
  const u64 twice = 2 * static_cast<u64>(value);
  if (linear) {
    const u64 begin = static_cast<u64>(low) + (u64{bucket} - 1) * static_cast<u64>(step);
    return {bucket != 0, bucket != buckets() - 1, static_cast<s64>(begin),
            static_cast<s64>(begin + static_cast<u64>(step) - 1)};
  }
  if (value == 0 || value == INT64_MIN) return {true, true, value, value};
  if (value > 0) return {true, true, value, static_cast<s64>(twice - 1)};
  return {true, true, static_cast<s64>(twice + 1), value};
}

Statistic make_statistic(const Global& global) {
  Statistic s;
  for (u32 i = 0; i < global.hist_count; ++i)
    s.hists.emplace_back(shape(global.hists[i]).buckets());
  return s;
}

void Statistic::add(const Global& global, s64 value) {
  if (count == 0 || value < min) min = value;
  if (count == 0 || value > max) max = value;
  ++count;
  sum = static_cast<s64>(static_cast<u64>(sum) + static_cast<u64>(value));
  squares += static_cast<__int128>(value) * value;
  for (u32 i = 0; i < global.hist_count; ++i) ++hists[i][shape(global.hists[i]).bucket_of(value)];
}

void Statistic::merge(const Statistic& other) {
  if (other.count == 0) return;
  if (count == 0 || other.min < min) min = other.min;
  if (count == 0 || other.max > max) max = other.max;
  count += other.count;
  sum = static_cast<s64>(static_cast<u64>(sum) + static_cast<u64>(other.sum));
  squares += other.squares;
  for (size_t i = 0; i < hists.size(); ++i)
    for (size_t b = 0; b < hists[i].size(); ++b) hists[i][b] += other.hists[i][b];
}

s64 Statistic::variance(s64 shift) const {
  // stap scales values by 2^shift against the rounding of its running mean; this has none.
  (void)shift;
  if (count < 2) return 0;
  // (squares - sum^2 / n) / (n - 1), rounded down once: dividing first keeps it inside 128 bits.
  __int128 n = static_cast<__int128>(count);
  __int128 sum_squared = static_cast<__int128>(sum) * sum;
  __int128 deviation = squares - sum_squared / n - (sum_squared % n != 0);
  return static_cast<s64>(deviation / (n - 1));
}

s64 Statistic::value(StatFn fn, s64 shift) const {
  switch (fn) {
    case StatFn::Count: return static_cast<s64>(count);
    case StatFn::Sum: return sum;
    case StatFn::Min: return min;
    case StatFn::Max: return max;
    case StatFn::Avg: return avg();
    case StatFn::Variance: return variance(shift);
  }
  return 0;
}

void merge_from_map(Statistic& into, const Global& global, const char* value) {
  const StatFields& at = global.stat;
  Statistic one = make_statistic(global);
  one.count = load<u64>(value + at.count);
  if (one.count == 0) return;
  if (at.sum != kAbsent) one.sum = load<s64>(value + at.sum);
  if (at.min != kAbsent) one.min = ct_min_of(load<u64>(value + at.min));
  if (at.max != kAbsent) one.max = ct_max_of(load<u64>(value + at.max));
  if (at.squares != kAbsent) one.squares = load<__int128>(value + at.squares);
  for (u32 i = 0; i < global.hist_count; ++i)
    memcpy(one.hists[i].data(), value + global.hists[i].offset, one.hists[i].size() * sizeof(u64));
  into.merge(one);
}

}  // namespace ct
