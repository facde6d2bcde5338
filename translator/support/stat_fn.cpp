#include "support/stat_fn.h"

namespace coretap {

const char* stat_fn_name(StatFn fn) {
  switch (fn) {
    case StatFn::Count: return "count";
    case StatFn::Sum: return "sum";
    case StatFn::Min: return "min";
    case StatFn::Max: return "max";
    case StatFn::Avg: return "avg";
    case StatFn::Variance: return "variance";
  }
  return "count";
}

}  // namespace coretap
