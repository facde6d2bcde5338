#include "listing_output.h"

#include <iostream>

namespace coretap {

namespace {

/// Bytes; every line of python3.11-dbg with its variables has 60 million.
constexpr size_t kMostKept = 32 << 20;

}  // namespace

void ListingOutput::line(std::string_view text_of_line) {
  text(text_of_line);
  text("\n");
  flush_if_due();
}

void ListingOutput::text(std::string_view text) {
  std::cout << text;
  is_too_large_ |= kept_.size() + text.size() > kMostKept;
  if (is_too_large_)
    std::string().swap(kept_);
  else
    kept_ += text;
}

/// Standard output is a block at a time where it is not a terminal.
void ListingOutput::flush_if_due() {
  constexpr std::chrono::milliseconds kPause(100);
  const auto now = std::chrono::steady_clock::now();
  if (now - flushed_ < kPause) return;
  std::cout.flush();
  flushed_ = now;
}

}  // namespace coretap
