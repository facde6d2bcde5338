// Lines "START SIZE NAME", in hexadecimal; later ones replace earlier ones. The file grows while the process runs, so it is read
// on from where it ended, when an address is not found.
#include "jit_map.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <unordered_map>

namespace ct {
namespace {

struct Code {
  u64 size;
  std::string name;
};

struct JitMap {
  std::map<u64, Code> code;
  off_t read = 0;
  std::string rest;  ///< a line whose end is not written yet
};

/// Maps of so many processes are kept.
constexpr size_t kMostMaps = 256;

void take_line(JitMap& map, const char* line) {
  char* end;
  const u64 start = strtoull(line, &end, 16);
  if (end == line) return;
  char* behind;
  const u64 size = strtoull(end, &behind, 16);
  if (behind == end || *behind != ' ' || size == 0) return;
  map.code[start] = {size, behind + 1};
}

void read_on(JitMap& map, u32 pid, u32 uid) {
  const std::string name = "/tmp/perf-" + std::to_string(pid) + ".map";
  const std::string in_its_root = "/proc/" + std::to_string(pid) + "/root" + name;
  for (const std::string& path : {in_its_root, name}) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat status;
    if (fd < 0) continue;
    const bool is_believed = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                             (status.st_uid == 0 || status.st_uid == uid);
    char buffer[65536];
    ssize_t count;
    while (is_believed && (count = pread(fd, buffer, sizeof buffer, map.read)) > 0) {
      map.read += count;
      map.rest.append(buffer, static_cast<size_t>(count));
      size_t from = 0;
      for (size_t end; (end = map.rest.find('\n', from)) != std::string::npos; from = end + 1) {
        map.rest[end] = '\0';
        take_line(map, map.rest.c_str() + from);
      }
      map.rest.erase(0, from);
    }
    close(fd);
    if (is_believed) return;
  }
}

bool find(const JitMap& map, u64 address, std::string& name, u64& start, u64& size) {
  auto after = map.code.upper_bound(address);
  if (after == map.code.begin()) return false;
  --after;
  if (address - after->first >= after->second.size) return false;
  name = after->second.name;
  start = after->first;
  size = after->second.size;
  return true;
}

}  // namespace

bool jit_symbol(u32 pid, u32 uid, u64 address, std::string& name, u64& start, u64& size) {
  static std::unordered_map<u32, JitMap> maps;
  if (maps.size() > kMostMaps) maps.clear();
  JitMap& map = maps[pid];
  if (find(map, address, name, start, size)) return true;
  read_on(map, pid, uid);
  return find(map, address, name, start, size);
}

}  // namespace ct
