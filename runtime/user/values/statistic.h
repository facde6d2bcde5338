// Statistics: what `<<<` collects, merged over CPUs, and the extractors' arithmetic.
#pragma once

#include <string>
#include <vector>

#include "runtime/user/harness/harness.h"

namespace ct {

/// The least and the greatest value that a bucket takes, where it has such.
struct HistLimits {
  bool has_low, has_high;
  s64 low, high;
};

/// The buckets of one histogram: log ones are powers of two of both signs around a bucket for 0;
/// linear ones have an underflow bucket in front and an overflow bucket behind.
struct HistShape {
  bool linear = false;
  s64 low = 0, high = 0, step = 0;

  u32 buckets() const;
  u32 bucket_of(s64 value) const;
  s64 value_of(u32 bucket) const;  ///< lower bound (linear: of the under- and overflow: the limit)
  HistLimits limits(u32 bucket) const;
};
HistShape shape(const HistField& field);

/// A statistic. Sums wrap at 64 bits as in stap; squares are kept in 128 bits, so the variance is
/// exact where stap's running algorithm rounds.
struct Statistic {
  u64 count = 0;
  s64 sum = 0, min = 0, max = 0;
  __int128 squares = 0;
  std::vector<std::vector<u64>> hists;

  void add(const Global& global, s64 value);
  void merge(const Statistic& other);
  s64 avg() const { return count ? static_cast<s64>(sum) / static_cast<s64>(count) : 0; }
  /// Sample variance of the values times 2^shift, scaled back, as @variance(x, shift).
  s64 variance(s64 shift) const;
  s64 value(StatFn fn, s64 shift) const;
};

/// An empty statistic with the histograms of `global`.
Statistic make_statistic(const Global& global);

/// Reads one CPU's value of a shared statistic's map and merges it into `into`.
void merge_from_map(Statistic& into, const Global& global, const char* value);

/// The ASCII chart of a histogram, as print(@hist_…) shows it. Empty rows farther than `elision`
/// from one that is not empty are left out; none if it is negative.
std::string render_histogram(const HistShape& shape, const std::vector<u64>& counts, s64 elision);

}  // namespace ct
