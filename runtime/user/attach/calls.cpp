#include "calls.h"

#include <string.h>

#include "runtime/user/kernel/tracefs.h"

namespace ct {

Status missing_call(const Site& site) {
  Result<int> id = tracepoint_id(site.target);
  if (id || id.failure().category() != Failure::Missing) return {};
  return id.failure();
}

void drop_missing_calls(const KernelHandler& handler, std::string& memory, u32 offset, u32 size) {
  for (u32 at = offset; at + sizeof(u16) <= offset + size; at += sizeof(u16)) {
    u16 row = 0;
    memcpy(&row, memory.data() + at, sizeof row);
    if (row == 0 || row > handler.site_count || missing_call(handler.sites[row - 1])) continue;
    row = 0;
    memcpy(memory.data() + at, &row, sizeof row);
  }
}

}  // namespace ct
