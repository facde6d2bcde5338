// Status and Result: what they hold, and that a mistake in using them ends the program.
#include "runtime/common/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>

namespace ct {
namespace {

struct Base {
  virtual ~Base() = default;
  virtual int number() const { return 1; }
};
struct Derived : Base {
  int number() const override { return 2; }
};

/// A box's own failure.
struct Refusal {
  enum Kind : uint8_t { NotThere, Damaged } kind = NotThere;
  std::string message;
};

TEST(Status, SuccessHasNothingToSay) {
  Status status;
  EXPECT_TRUE(status);
  EXPECT_EQ(status.category(), Failure::None);
  EXPECT_EQ(status.code(), 0);
  EXPECT_EQ(status.text(), "");
}

TEST(Status, FailureKeepsItsFacts) {
  Status status(Failure::AnotherWay, "the kernel refuses it", EPERM);
  EXPECT_FALSE(status);
  EXPECT_EQ(status.category(), Failure::AnotherWay);
  EXPECT_EQ(status.code(), EPERM);
  EXPECT_EQ(status.text(), "the kernel refuses it");
}

TEST(Status, OfErrnoSaysItsText) {
  Status status = Status::of_errno(ENOENT, "cannot be opened: ");
  EXPECT_FALSE(status);
  EXPECT_EQ(status.category(), Failure::Other);
  EXPECT_EQ(status.code(), ENOENT);
  EXPECT_EQ(status.text(), "cannot be opened: No such file or directory");
}

TEST(Status, OtherWordsAreTheSameFailure) {
  Status status = Status(Failure::AnotherWay, "b", EBUSY).reworded("a: b");
  EXPECT_EQ(status.category(), Failure::AnotherWay);
  EXPECT_EQ(status.code(), EBUSY);
  EXPECT_EQ(status.text(), "a: b");
}

/// A failure without a text is one all the same.
TEST(Status, AnEmptyTextIsNoSuccess) { EXPECT_FALSE(Status("")); }

TEST(Result, HoldsItsValue) {
  Result<std::string> result = std::string("here");
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "here");
  EXPECT_EQ(result->size(), 4u);
  EXPECT_EQ(result.value_or("otherwise"), "here");
  EXPECT_EQ(*std::move(result), "here");
}

TEST(Result, HoldsItsFailure) {
  Result<std::string> result = Status("gone", ENOENT);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().text(), "gone");
  EXPECT_EQ(result.failure().code(), ENOENT);
  EXPECT_EQ(result.value_or("otherwise"), "otherwise");
}

/// A value that is null or false is a value.
TEST(Result, NullIsAValue) {
  EXPECT_TRUE(Result<std::shared_ptr<Base>>(nullptr));
  EXPECT_TRUE(Result<bool>(false));
  EXPECT_TRUE(Result<int>(-1));
}

TEST(Result, TakesWhatItsValueCanBeMadeOf) {
  Result<std::shared_ptr<Base>> result = std::make_shared<Derived>();
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->number(), 2);
}

TEST(Result, GivesAwayWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
  Result<std::unique_ptr<int>> failed = Status("no");
  EXPECT_EQ(std::move(failed).value_or(nullptr), nullptr);
}

TEST(Result, MayHaveAFailureOfABoxsOwn) {
  Result<int, Refusal> result = Refusal{Refusal::Damaged, "it is damaged"};
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().kind, Refusal::Damaged);
  EXPECT_EQ(result.failure().message, "it is damaged");
  result = 3;
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 3);
}

TEST(ResultDeath, AFailureIsNotAValue) {
  Result<int> result = Status("the file is gone");
  EXPECT_DEATH(*result, "internal error: a failure was taken for a value: the file is gone");
}

TEST(ResultDeath, AValueIsNotAFailure) {
  Result<int> result = 1;
  EXPECT_DEATH(result.failure(),
               "internal error: a result that is there was asked for its failure");
}

TEST(ResultDeath, ASuccessIsNotAFailure) {
  EXPECT_DEATH(Result<int>{Status()}, "internal error: a success is returned for a value");
}

}  // namespace
}  // namespace ct
