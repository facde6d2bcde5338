#include "build/hash.h"

#include <xxhash.h>

#include <cstdio>
#include <type_traits>

namespace coretap {

namespace {

/// Writes values one after the other so that no two sequences of values look alike: each has its length.
class KeyText {
 public:
  void put(const std::string& text) { text_ += std::to_string(text.size()) + ":" + text; }
  template <typename T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void put(T value) { put(std::to_string(static_cast<long long>(value))); }
  void put(const std::vector<std::string>& list) {
    put(list.size());
    for (const std::string& text : list) put(text);
  }
  void put(const std::map<std::string, std::string>& map) {
    put(map.size());
    for (const auto& [name, value] : map) {
      put(name);
      put(value);
    }
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

std::string hash_text(std::string_view bytes) {
  XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

std::string cache_key(const CompileInput& input) {
  KeyText key;
  std::apply([&](const auto&... fields) { (key.put(fields), ...); }, input.fields());
  return hash_text(key.text());
}

}  // namespace coretap
