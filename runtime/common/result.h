// How a failure of the environment is told: a file that cannot be read, a system call that is refused.
//
// A function that may fail so returns a Status, or a Result if it also gives something. The text is for the user; what a
// caller decides by is the category, and nobody compares a text to find out what happened. What is wrong with a script is a
// Diagnostic of the translator, and our own mistakes abort: docs/architecture.md, "How things fail".
//
// In a header: the translator, the reader of debug information and the runtime of built binaries all use it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace ct {

/// What a caller may ask of a failure besides its text.
enum class Failure : uint8_t {
  None,        ///< it is a success
  Other,       ///< nobody asks for more than the text
  Missing,     ///< what is asked for is not there
  Verifier,    ///< the kernel's verifier refuses the code
  UsedUp,      ///< memory or file descriptors: what else is tried will fail as well
  AnotherWay,  ///< this way is given up, and there is another one to try
};

/// A success, or a failure with its category, its text, and errno's value where a system call gave one.
class [[nodiscard]] Status {
 public:
  /// A success.
  Status() = default;
  explicit Status(std::string text, int code = 0)
      : category_(Failure::Other), code_(code), text_(std::move(text)) {}
  Status(Failure category, std::string text, int code = 0)
      : category_(category), code_(code), text_(std::move(text)) {}
  /// The failure of a system call: `before` and errno's text.
  static Status of_errno(int code, const std::string& before = "") {
    return Status(before + std::strerror(code), code);
  }

  /// True of a success.
  explicit operator bool() const { return category_ == Failure::None; }
  Failure category() const { return category_; }
  /// errno's value, or 0 if it is not known.
  int code() const { return code_; }
  /// A clause or sentence for the user, as the function that failed says; "" of a success.
  const std::string& text() const { return text_; }
  /// The same failure in other words, which mostly hold its text.
  Status reworded(std::string text) const { return Status(category_, std::move(text), code_); }

 private:
  Failure category_ = Failure::None;
  int code_ = 0;
  std::string text_;
};

/// Ends the program: a Result was asked for what it has not, which is a mistake of ours.
[[noreturn]] inline void result_misused(const char* what, const std::string& text) {
  std::fprintf(stderr, "internal error: %s%s%s\n", what, text.empty() ? "" : ": ", text.c_str());
  std::abort();
}

/// A T, or the failure to get one. E is Status, or a box's own type where a failure has more to say.
template <typename T, typename E = Status>
class [[nodiscard]] Result {
 public:
  /// From what T can be made of, so that a pointer to a derived class will do.
  template <typename U = T>
  // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): clang-tidy does not read the constraint, which leaves copies and moves alone.
  Result(U&& value) requires(std::is_convertible_v<U&&, T> &&
                             !std::is_same_v<std::remove_cvref_t<U>, Result> &&
                             !std::is_same_v<std::remove_cvref_t<U>, E>)
      : held_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(E failure) : held_(std::in_place_index<1>, std::move(failure)) {
    if constexpr (std::is_same_v<E, Status>)
      if (this->failure()) result_misused("a success is returned for a value", "");
  }

  /// True if the value is there.
  explicit operator bool() const { return held_.index() == 0; }

  T& operator*() & { return value(); }
  const T& operator*() const& { return const_cast<Result*>(this)->value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &const_cast<Result*>(this)->value(); }
  /// The value, or `otherwise` for callers to whom the failure is nothing.
  T value_or(T otherwise) && { return *this ? std::move(value()) : std::move(otherwise); }
  T value_or(T otherwise) const& { return *this ? **this : std::move(otherwise); }

  /// Why the value is not there.
  const E& failure() const {
    if (*this) result_misused("a result that is there was asked for its failure", "");
    return *std::get_if<1>(&held_);
  }
  E& failure() { return const_cast<E&>(std::as_const(*this).failure()); }

 private:
  T& value() {
    if (!*this) {
      if constexpr (std::is_same_v<E, Status>)
        result_misused("a failure was taken for a value", failure().text());
      else
        result_misused("a failure was taken for a value", "");
    }
    return *std::get_if<0>(&held_);
  }

  std::variant<T, E> held_;
};

}  // namespace ct
