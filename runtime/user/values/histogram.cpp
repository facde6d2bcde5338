// The chart of a histogram, in SystemTap's layout:
//
//   value |-------------------------------------------------- count
//       0 |                                                     0
//       1 |@@@@@@                                               6
//       ~
//
// 50 columns of marks, scaled down when the highest bucket has more; two empty rows kept on each
// side of the data; runs of empty rows are shown as one `~`, but for those within HIST_ELISION rows
// of one that is not empty (`-D HIST_ELISION=N`; negative: every row is shown); under- and overflow of a linear histogram as `<low` and `>high`, only when not empty.
#include <algorithm>

#include "statistic.h"

namespace ct {
namespace {

constexpr int kWidth = 50;
constexpr int kMargin = 2;

int digits(s64 value) { return static_cast<int>(std::to_string(value).size()); }

std::string right(const std::string& text, int width) {
  int missing = width - static_cast<int>(text.size());
  return missing > 0 ? std::string(static_cast<size_t>(missing), ' ') + text : text;
}

/// First and last bucket shown.
struct Range {
  int low, high;
};

Range shown_range(const HistShape& shape, const std::vector<u64>& counts) {
  int last = static_cast<int>(counts.size()) - 1;
  int low = -1, high = 0;
  for (int i = 0; i <= last; ++i) {
    if (counts[i] == 0) continue;
    if (low < 0) low = i;
    high = i;
  }
  // A log histogram shows no negative rows unless it has negative values.
  int zero = shape.linear ? -1 : static_cast<int>(HistShape().bucket_of(0));
  for (int i = 0; i < kMargin; ++i) {
    if (low > 0 && low != zero) --low;
    if (high < last) ++high;
  }
  if (shape.linear) {
    if (low == 0 && counts[0] == 0) ++low;
    if (high == last && counts[last] == 0) --high;
  }
  return {std::max(low, 0), high};
}

/// True if row `i` and its neighbours within `elision` rows are all empty.
bool is_elided(const std::vector<u64>& counts, Range range, int i, s64 elision) {
  if (elision < 0) return false;
  int reach = static_cast<int>(std::min<s64>(elision, static_cast<s64>(counts.size())));
  for (int k = std::max(i - reach, range.low); k <= std::min(i + reach, range.high); ++k)
    if (counts[k] != 0) return false;
  return true;
}

}  // namespace

std::string render_histogram(const HistShape& shape, const std::vector<u64>& counts, s64 elision) {
  Range range = shown_range(shape, counts);
  int last = static_cast<int>(counts.size()) - 1;
  u64 highest = *std::max_element(counts.begin(), counts.end());
  u64 scale = highest <= kWidth ? 1 : (highest + kWidth - 1) / kWidth;
  int count_width = digits(static_cast<s64>(highest));
  int value_width;
  if (shape.linear) {
    int under = range.low == 0, over = range.high == last;
    value_width =
        std::max(digits(shape.low) + under, digits(shape.low + shape.step * range.high) + over);
  } else {
    value_width = std::max(digits(shape.value_of(static_cast<u32>(range.high))),
                           digits(shape.value_of(static_cast<u32>(range.low))));
  }
  value_width = std::max(value_width, 5);

  std::string text = right("value", value_width) + " |" + std::string(kWidth, '-') + " count\n";
  bool eliding = false;
  for (int i = range.low; i <= range.high; ++i) {
    if (is_elided(counts, range, i, elision)) {
      eliding = true;
      continue;
    }
    if (eliding) text += right("", value_width) + " ~\n";
    eliding = false;
    std::string label = std::to_string(shape.value_of(static_cast<u32>(i)));
    if (shape.linear && i == 0) label.insert(0, "<");
    if (shape.linear && i == last) label.insert(0, ">");
    u64 marks = counts[i] / scale;
    text += right(label, value_width) + " |" + std::string(marks, '@');
    text += right(std::to_string(counts[i]), kWidth - static_cast<int>(marks) + 1 + count_width);
    text += '\n';
  }
  return text + "\n";
}

}  // namespace ct
