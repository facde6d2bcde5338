// Arrays in harness memory, cursors, and the small parsers.
#include <gtest/gtest.h>

#include "helpers.h"
#include "runtime/common/command_words.h"
#include "runtime/user/run/options.h"
#include "runtime/user/run/target.h"

namespace ct::testing {
namespace {

const KeyField kLongKey[] = {{Kind::Long, 0, 0}};
const KeyField kTwoKeys[] = {{Kind::Str, 0, 0}, {Kind::Long, 0, 0}};

Key key(s64 v) { return Key().add(v); }
Key key(const char* s, s64 v) { return Key().add(text(s)).add(v); }

std::vector<s64> first_keys(u32 global, Order order, s64 limit = INT64_MAX) {
  std::vector<s64> keys;
  for (Cursor c(global, order, limit, {"", 0}); c.next();) keys.push_back(c.key_long(0));
  return keys;
}

TEST(Array, AbsentIsZeroAndIsNotMade) {
  Global g = array_of(kLongKey, 1, Kind::Long);
  make_arrays(&g, 1);
  EXPECT_EQ(array_get(0, key(5)), 0);
  EXPECT_EQ(array_in(0, key(5), false), 0);
  array_set(0, key(5), 7, nullptr);
  EXPECT_EQ(array_get(0, key(5)), 7);
  EXPECT_EQ(array_add(0, key(5), 3, nullptr), 10);
  EXPECT_EQ(array_add(0, key(6), -3, nullptr), -3);
  array_delete(0, key(5), false);
  EXPECT_EQ(array_in(0, key(5), false), 0);
}

TEST(Array, KeysOfSeveralParts) {
  Global g = array_of(kTwoKeys, 2, Kind::Str);
  make_arrays(&g, 1);
  array_set(0, key("ab", 1), text("x"), nullptr);
  array_set(0, key("a", 1), text("y"), nullptr);
  Str value;
  array_get(0, key("ab", 1), value);
  EXPECT_STREQ(value.data, "x");
  array_get(0, key("ab", 2), value);
  EXPECT_STREQ(value.data, "");
}

TEST(Array, FullIsAnErrorInStapsWords) {
  Global g = array_of(kLongKey, 1, Kind::Long, 3);
  make_arrays(&g, 1);
  for (s64 i = 0; i < 3; ++i) array_set(0, key(i), i, nullptr);
  array_set(0, key(1), 9, nullptr);
  try {
    array_set(0, key(3), 3, "identifier 'a' at x.stp:1:1");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.message, "Array overflow, check size limit (3)");
  }
}

TEST(Array, WrapMakesRoomForTheNewest) {
  Global g = array_of(kLongKey, 1, Kind::Long, 3);
  g.wrap = true;
  make_arrays(&g, 1);
  for (s64 i = 0; i < 5; ++i) array_set(0, key(i), i, nullptr);
  EXPECT_EQ(first_keys(0, {0, 0, StatFn::Count}), (std::vector<s64>{2, 3, 4}));
}

TEST(Array, ManyDeletesKeepOrderAndContent) {
  Global g = array_of(kLongKey, 1, Kind::Long, 100000);
  make_arrays(&g, 1);
  std::vector<s64> expected;
  for (s64 i = 0; i < 5000; ++i) array_set(0, key(i), i, nullptr);
  for (s64 i = 0; i < 5000; ++i) {
    if (i % 7 == 3)
      expected.push_back(i);
    else
      array_delete(0, key(i), false);
  }
  EXPECT_EQ(first_keys(0, {0, 0, StatFn::Count}), expected);
  for (s64 i : expected) EXPECT_EQ(array_get(0, key(i)), i);
}

TEST(Cursor, SortsByValueKeyAndLimit) {
  Global g = array_of(kLongKey, 1, Kind::Long);
  make_arrays(&g, 1);
  array_set(0, key(1), 30, nullptr);
  array_set(0, key(2), -10, nullptr);
  array_set(0, key(3), 20, nullptr);
  array_set(0, key(4), 20, nullptr);
  EXPECT_EQ(first_keys(0, {-1, 0, StatFn::Count}), (std::vector<s64>{1, 3, 4, 2}));
  EXPECT_EQ(first_keys(0, {1, 0, StatFn::Count}), (std::vector<s64>{2, 3, 4, 1}));
  EXPECT_EQ(first_keys(0, {-1, 1, StatFn::Count}, 2), (std::vector<s64>{4, 3}));
  EXPECT_EQ(first_keys(0, {0, 0, StatFn::Count}, 0), (std::vector<s64>{}));
}

TEST(Cursor, SortsStringsAsBytes) {
  Global g = array_of(kTwoKeys, 2, Kind::Long);
  make_arrays(&g, 1);
  for (const char* s : {"b", "B", "a", "\xc3\xa4"}) array_set(0, key(s, 1), 1, nullptr);
  std::string order;
  for (Cursor c(0, {1, 1, StatFn::Count}, kNoLimit, {"", 0}); c.next();)
    order += std::string(c.key_str(0).data, c.key_str(0).size) + " ";
  EXPECT_EQ(order, "B a b \xc3\xa4 ");
}

TEST(Cursor, BodyMayDeleteEverything) {
  Global g = array_of(kLongKey, 1, Kind::Long);
  make_arrays(&g, 1);
  for (s64 i = 0; i < 10; ++i) array_set(0, key(i), i, nullptr);
  int rows = 0;
  for (Cursor c(0, {1, 1, StatFn::Count}, kNoLimit, {"", 0}); c.next(); ++rows) array_clear(0);
  EXPECT_EQ(rows, 10);
  EXPECT_EQ(first_keys(0, {0, 0, StatFn::Count}).size(), 0u);
}

TEST(Cursor, Slices) {
  Global g = array_of(kTwoKeys, 2, Kind::Long);
  make_arrays(&g, 1);
  array_set(0, key("a", 1), 1, nullptr);
  array_set(0, key("b", 1), 2, nullptr);
  array_set(0, key("b", 2), 3, nullptr);
  Key b_any = Key().add(text("b")).any();
  s64 sum = 0;
  for (Cursor c(0, {0, 0, StatFn::Count}, kNoLimit, b_any); c.next();) sum += c.value_long();
  EXPECT_EQ(sum, 5);
  EXPECT_EQ(array_in(0, Key().any().add(2ll), true), 1);
  EXPECT_EQ(array_in(0, Key().any().add(3ll), true), 0);
  array_delete(0, b_any, true);
  EXPECT_EQ(array_in(0, key("b", 1), false), 0);
  EXPECT_EQ(array_in(0, key("a", 1), false), 1);
}

TEST(Cursor, SortsStatisticsByEachExtractor) {
  Global g = array_of(kLongKey, 1, Kind::Stat);
  make_arrays(&g, 1);
  for (s64 v : {1, 1, 1}) stat_add(0, key(1), v, nullptr);
  for (s64 v : {10}) stat_add(0, key(2), v, nullptr);
  for (s64 v : {-5, 9}) stat_add(0, key(3), v, nullptr);
  EXPECT_EQ(first_keys(0, {-1, 0, StatFn::Count}), (std::vector<s64>{1, 3, 2}));
  EXPECT_EQ(first_keys(0, {-1, 0, StatFn::Sum}), (std::vector<s64>{2, 3, 1}));
  EXPECT_EQ(first_keys(0, {1, 0, StatFn::Min}), (std::vector<s64>{3, 1, 2}));
  EXPECT_EQ(first_keys(0, {-1, 0, StatFn::Max}), (std::vector<s64>{2, 3, 1}));
  EXPECT_EQ(first_keys(0, {-1, 0, StatFn::Avg}), (std::vector<s64>{2, 3, 1}));
}

TEST(Statistics, EmptyIsAnErrorExceptCountAndSum) {
  Global g = array_of(nullptr, 0, Kind::Stat);
  make_arrays(&g, 1);
  Key none;
  EXPECT_EQ(stat_get(0, none, StatFn::Count, 0, nullptr), 0);
  EXPECT_EQ(stat_get(0, none, StatFn::Sum, 0, nullptr), 0);
  for (StatFn fn : {StatFn::Min, StatFn::Max, StatFn::Avg, StatFn::Variance})
    EXPECT_THROW(stat_get(0, none, fn, 0, nullptr), Error);
}

TEST(Statistics, BucketIndexIsChecked) {
  HistField hist = {true, 0, 10, 5, 0};
  Global g = array_of(nullptr, 0, Kind::Stat);
  g.hists = &hist;
  g.hist_count = 1;
  make_arrays(&g, 1);
  Key none;
  EXPECT_THROW(hist_get(0, none, 0, 1, nullptr), Error);  // empty
  stat_add(0, none, 7, nullptr);
  EXPECT_EQ(hist_get(0, none, 0, 2, nullptr), 1);
  EXPECT_THROW(hist_get(0, none, 0, -1, nullptr), Error);
  EXPECT_THROW(hist_get(0, none, 0, 5, nullptr), Error);
}

TEST(Command, IsSplitUnlessItNeedsAShell) {
  std::vector<std::string> words;
  ASSERT_TRUE(split_command("  ls -l 'a b' \"c \\\" d\" e\\ f ''", words));
  EXPECT_EQ(words, (std::vector<std::string>{"ls", "-l", "a b", "c \" d", "e f", ""}));
  for (const char* shell : {"a | b", "a > f", "a; b", "echo $HOME", "ls *.c", "X=1 a", "a 'b", "",
                            "a `b`", "(a)", "~/x"}) {
    words.clear();
    EXPECT_FALSE(split_command(shell, words)) << shell;
  }
  words.clear();
  EXPECT_TRUE(split_command("dd if=/dev/zero of=/dev/null", words));
}

bool parse(std::vector<const char*> arguments, RunOptions& options, int& status) {
  static Program program = {};
  program.script_name = "x.stp";
  arguments.insert(arguments.begin(), "prog");
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  bool go = parse_options(program, static_cast<int>(arguments.size()),
                          const_cast<char**>(arguments.data()), options, status);
  ::testing::internal::GetCapturedStderr();
  ::testing::internal::GetCapturedStdout();
  return go;
}

TEST(Options, AllOfThem) {
  RunOptions o;
  int status = -1;
  ASSERT_TRUE(parse({"-c", "ls -l", "-x", "12", "-o", "out", "-G", "a=1", "-Gb=x=y", "-s", "4",
                     "-T", "3", "-t", "-w", "-vv", "-D", "MAXERRORS=7"},
                    o, status));
  EXPECT_EQ(o.command, "ls -l");
  EXPECT_EQ(o.target_pid, 12);
  EXPECT_EQ(o.output_path, "out");
  ASSERT_EQ(o.globals.size(), 2u);
  EXPECT_EQ(o.globals[1].first, "b");
  EXPECT_EQ(o.globals[1].second, "x=y");
  EXPECT_EQ(o.buffer_mb, 4u);
  EXPECT_EQ(o.timeout_s, 3u);
  EXPECT_TRUE(o.timing && o.no_warnings);
  EXPECT_EQ(o.verbose, 2);
  ASSERT_EQ(o.limits.size(), 1u);
  EXPECT_EQ(o.limits[0].second, 7);
}

TEST(Options, BadOnesEndWithStatus1) {
  for (std::vector<const char*> bad : {std::vector<const char*>{"-x", "abc"},
                                       {"-x", "0"},
                                       {"-s", "-1"},
                                       {"-G", "noequals"},
                                       {"-G", "=1"},
                                       {"-T", "99999999999"},
                                       {"-D", "MAXERRORS"},
                                       {"-D", "NOLIMIT=1"},
                                       {"-q"},
                                       {"argument"},
                                       {"-c"},
                                       {"-o", ""}}) {
    RunOptions o;
    int status = -1;
    EXPECT_FALSE(parse(bad, o, status)) << bad[0];
    EXPECT_EQ(status, 1);
  }
  RunOptions o;
  int status = -1;
  EXPECT_FALSE(parse({"--help"}, o, status));
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace ct::testing
