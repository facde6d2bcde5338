// Hashes of the cache: 128 bits of xxHash, as 32 hexadecimal digits. They find damage and name
// entries; they do not resist an attacker, whom the folder's ownership keeps out.
#pragma once

#include <string>
#include <string_view>

#include "support/compile_input.h"

namespace coretap {

std::string hash_text(std::string_view bytes);

/// The name of the cache entry for an input: a hash of all its fields.
std::string cache_key(const CompileInput& input);

}  // namespace coretap
