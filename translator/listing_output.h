// Where -l, -L and --lines print.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace coretap {

/// Standard output of a listing. What is found appears within a tenth of a second, also in a pipe; all of it is
/// remembered for the cache (cached_listing.h), up to a limit.
class ListingOutput {
 public:
  /// Prints the line `text`.
  void line(std::string_view text);
  /// Prints `text` as it is.
  void text(std::string_view text);
  /// What was printed until now; null if it is too much to be kept.
  const std::string* kept() const { return is_too_large_ ? nullptr : &kept_; }

 private:
  void flush_if_due();

  std::string kept_;
  bool is_too_large_ = false;
  std::chrono::steady_clock::time_point flushed_{};  ///< long ago: the first line appears at once
};

}  // namespace coretap
