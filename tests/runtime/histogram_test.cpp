// Histograms: buckets and chart, by hand and against SystemTap's own code.
#include <gtest/gtest.h>

#include <random>

#include "helpers.h"
#include "runtime/user/values/statistic.h"

#ifdef HAVE_STAP_ORACLE
extern "C" void stap_histogram(char* buf, size_t size, int linear, int low, int high, int step,
                               const int64_t* values, size_t count);
#endif

namespace ct::testing {
namespace {

std::string chart(const HistShape& shape, const std::vector<s64>& values, s64 elision = 2) {
  std::vector<u64> counts(shape.buckets());
  for (s64 v : values) ++counts[shape.bucket_of(v)];
  return render_histogram(shape, counts, elision);
}

const HistShape kLog;

TEST(Histogram, LogBuckets) {
  EXPECT_EQ(kLog.bucket_of(0), 64u);
  EXPECT_EQ(kLog.bucket_of(1), 65u);
  EXPECT_EQ(kLog.bucket_of(2), 66u);
  EXPECT_EQ(kLog.bucket_of(3), 66u);
  EXPECT_EQ(kLog.bucket_of(4), 67u);
  EXPECT_EQ(kLog.bucket_of(INT64_MAX), 127u);
  EXPECT_EQ(kLog.bucket_of(-1), 63u);
  EXPECT_EQ(kLog.bucket_of(-3), 62u);
  EXPECT_EQ(kLog.bucket_of(INT64_MIN), 0u);
  EXPECT_EQ(kLog.value_of(0), INT64_MIN);
  EXPECT_EQ(kLog.value_of(62), -2);
  EXPECT_EQ(kLog.value_of(64), 0);
  EXPECT_EQ(kLog.value_of(67), 4);
}

TEST(Histogram, LogChartByHand) {
  EXPECT_EQ(chart(kLog, {1, 2, 3, 1024}),
            "value |-------------------------------------------------- count\n"
            "    0 |                                                   0\n"
            "    1 |@                                                  1\n"
            "    2 |@@                                                 2\n"
            "    4 |                                                   0\n"
            "    8 |                                                   0\n"
            "      ~\n"
            "  256 |                                                   0\n"
            "  512 |                                                   0\n"
            " 1024 |@                                                  1\n"
            " 2048 |                                                   0\n"
            " 4096 |                                                   0\n"
            "\n");
}

TEST(Histogram, ElisionSaysHowManyEmptyRowsAreKept) {
  // In range are the rows 0 (none below, without negative values), 1, 2, … 512, 1024, 2048.
  auto rows = [](s64 elision) {
    std::string text = chart(kLog, {1, 512}, elision);
    return std::count(text.begin(), text.end(), '\n') - 2;
  };
  EXPECT_EQ(rows(-1), 13);
  EXPECT_EQ(rows(1000000), 13);
  EXPECT_EQ(rows(0), 4);  // ~, 1, ~, 512
  EXPECT_EQ(rows(1), 7);  // 0, 1, 2, ~, 256, 512, 1024
}

TEST(Histogram, LinearChartShowsUnderAndOverflow) {
  EXPECT_EQ(chart({true, 0, 10, 5}, {-3, 1, 7, 100, 101}),
            "value |-------------------------------------------------- count\n"
            "   <0 |@                                                  1\n"
            "    0 |@                                                  1\n"
            "    5 |@                                                  1\n"
            "   10 |                                                   0\n"
            "  >10 |@@                                                 2\n"
            "\n");
}

#ifdef HAVE_STAP_ORACLE
std::string by_stap(const HistShape& s, const std::vector<s64>& values) {
  static char buffer[1 << 16];
  std::vector<int64_t> copy(values.begin(), values.end());
  stap_histogram(buffer, sizeof buffer, s.linear, static_cast<int>(s.low), static_cast<int>(s.high),
                 static_cast<int>(s.step), copy.data(), copy.size());
  return buffer;
}

TEST(Histogram, LogAgreesWithStap) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<s64> values(1 + random() % 400);
    unsigned bits = 1 + static_cast<unsigned>(random() % 63);
    bool negative = random() % 2;
    for (s64& v : values) {
      v = static_cast<s64>(random() >> (64 - bits) >> (random() % bits));
      if (negative && random() % 2) v = -v;
    }
    ASSERT_EQ(chart(kLog, values), by_stap(kLog, values));
  }
}

TEST(Histogram, LinearAgreesWithStap) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 300; ++round) {
    HistShape s = {true, static_cast<s64>(random() % 200) - 100, 0,
                   1 + static_cast<s64>(random() % 20)};
    s.high = s.low + s.step * static_cast<s64>(1 + random() % 60);
    std::vector<s64> values(1 + random() % 4000);
    for (s64& v : values)
      v = s.low - 20 + static_cast<s64>(random() % static_cast<u64>(s.high - s.low + 40));
    ASSERT_EQ(chart(s, values), by_stap(s, values)) << s.low << " " << s.high << " " << s.step;
  }
}
#endif

TEST(Statistic, ExtractorsAgainstPlainArithmetic) {
  Global g = array_of(nullptr, 0, Kind::Stat);
  Statistic a = make_statistic(g), b = make_statistic(g);
  std::mt19937_64 random(9);
  std::vector<s64> values(1000);
  for (s64& v : values) v = static_cast<s64>(random() % 100000) - 50000;
  long double sum = 0, deviation = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    (i % 2 ? a : b).add(g, values[i]);
    sum += static_cast<long double>(values[i]);
  }
  for (s64 v : values) {
    long double d = static_cast<long double>(v) - sum / 1000;
    deviation += d * d;
  }
  a.merge(b);
  EXPECT_EQ(a.count, 1000u);
  EXPECT_EQ(a.sum, static_cast<s64>(sum));
  EXPECT_EQ(a.min, *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(a.max, *std::max_element(values.begin(), values.end()));
  EXPECT_EQ(a.avg(), a.sum / 1000);
  EXPECT_EQ(a.variance(0), static_cast<s64>(deviation / 999));
}

}  // namespace
}  // namespace ct::testing
