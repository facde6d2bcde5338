// What a script asks of a statistic.
#pragma once

#include <cstdint>

namespace coretap {

enum class StatFn : uint8_t { Count, Sum, Min, Max, Avg, Variance };
const char* stat_fn_name(StatFn fn);  ///< "count", …

}  // namespace coretap
