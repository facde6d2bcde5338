#include "syntax/kernel_config.h"

#include <unistd.h>
#include <zlib.h>

#include <sstream>

#include "runtime/common/regular_file.h"

namespace coretap {

bool KernelConfig::read_file(const std::string& path) {
  int fd = ct::open_regular(path.c_str()).value_or(-1);
  gzFile file = fd < 0 ? nullptr : gzdopen(fd, "rb");  // reads plain files too
  if (!file) {
    if (fd >= 0) close(fd);
    return false;
  }
  std::string text;
  char part[65536];
  int n;
  while ((n = gzread(file, part, sizeof part)) > 0) text.append(part, static_cast<size_t>(n));
  gzclose(file);
  if (n < 0) return false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    size_t equals = line.find('=');
    if (!line.starts_with("CONFIG_") || equals == std::string::npos) continue;
    values_[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return true;
}

void KernelConfig::read() {
  if (tried_) return;
  tried_ = true;
  for (const std::string& place : places_) {
    if (lookups_) lookups_->file(place);
    if (!read_file(place)) continue;
    path_ = place;
    return;
  }
}

bool KernelConfig::known() {
  read();
  return !path_.empty();
}

std::string KernelConfig::value(const std::string& name) {
  read();
  auto found = values_.find(name);
  return found == values_.end() ? "" : found->second;
}

std::vector<std::string> kernel_config_places(const std::string& release, const std::string& tree,
                                              bool is_running) {
  if (!tree.empty()) return {tree + "/.config"};
  std::vector<std::string> places{"/boot/config-" + release};
  if (is_running) places.emplace_back("/proc/config.gz");
  places.push_back("/lib/modules/" + release + "/config");
  places.push_back("/lib/modules/" + release + "/build/.config");
  return places;
}

}  // namespace coretap
