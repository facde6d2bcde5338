#include "runtime/user/kernel/namespaces.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>

namespace ct {

Status TargetNamespaces::read(long pid) {
  const std::string process = "/proc/" + (pid ? std::to_string(pid) : "self");
  struct stat found = {};
  if (stat((process + "/ns/pid").c_str(), &found) == 0)
    pid_namespace_ = found.st_ino;
  else if (pid)
    return errno == ENOENT
               ? Status("there is no process " + std::to_string(pid) + " (--target-namespaces)")
               : Status::of_errno(errno, "--target-namespaces: " + process + "/ns/pid: ");
  users_ = read_map(process, "uid");
  groups_ = read_map(process, "gid");
  return {};
}

/// The format is in user_namespaces(7), "User and group ID mappings".
TargetNamespaces::Map TargetNamespaces::read_map(const std::string& process, const char* kind) {
  Map map;
  std::ifstream(std::string("/proc/sys/kernel/overflow") + kind) >> map.overflow;
  std::ifstream lines(process + "/" + kind + "_map");
  for (Range range; lines >> range.inside >> range.outside >> range.count;)
    map.ranges.push_back(range);
  return map;
}

s64 TargetNamespaces::translate(s64 id, bool is_group) const {
  const Map& map = is_group ? groups_ : users_;
  for (const Range& range : map.ranges)
    if (id >= range.outside && id - range.outside < range.count)
      return range.inside + (id - range.outside);
  return map.overflow;
}

}  // namespace ct
