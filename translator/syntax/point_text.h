// Probe points as text that is being typed, and so cannot be parsed.
#pragma once

#include <cstddef>
#include <string>

namespace coretap {

/// Where the last of several points begins: behind a comma that is in no brackets and no string, and behind white space.
size_t begin_of_last_point(const std::string& points);

}  // namespace coretap
