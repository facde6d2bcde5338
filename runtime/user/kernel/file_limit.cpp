#include "file_limit.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

namespace ct {

void make_room_for_files(size_t more) {
  constexpr rlim_t kOthers = 256;  // maps, programs, events, files of the script's output
  rlim_t needed = more + kOthers;
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
  rlimit wanted = {needed, limit.rlim_max > needed ? limit.rlim_max : needed};
  if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) return;
  limit.rlim_cur = limit.rlim_max;  // all that can be had without CAP_SYS_RESOURCE
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// The lowest free number says how many are taken: a tracer closes what it does not need.
bool room_for_files(size_t count) {
  rlimit limit = {};
  int lowest = eventfd(0, EFD_CLOEXEC);
  if (lowest >= 0) close(lowest);
  return lowest >= 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         static_cast<rlim_t>(lowest) + count <= limit.rlim_cur;
}

bool room_for_a_probe() {
  int event = eventfd(0, EFD_CLOEXEC), link = eventfd(0, EFD_CLOEXEC);
  if (event >= 0) close(event);
  if (link >= 0) close(link);
  return event >= 0 && link >= 0;
}

}  // namespace ct
