#include "probes/split_files.h"

#include <algorithm>
#include <filesystem>

#include "probes/families.h"

namespace coretap::probes {

namespace {

std::string shown(const std::string& path) {
  std::error_code ignored;
  return "'" + path + "'" + (std::filesystem::exists(path, ignored) ? "" : " (missing)");
}

}  // namespace

std::string split_at(const debug::Module& module, uint64_t pc) {
  const std::string file = module.split_file_at(pc);
  if (file.empty()) return "";
  return "its debug information is in a split file, which is not read: " + shown(file);
}

std::vector<std::string> split_file_hints(const debug::Module& module) {
  constexpr size_t kNamed = 3;
  const std::vector<std::string>& files = module.split_files();
  if (files.empty()) return {};
  std::vector<std::string> named;
  for (size_t i = 0; i < std::min(files.size(), kNamed); i++) named.push_back(shown(files[i]));
  const size_t more = files.size() - named.size();
  return {"debug information in split files is not read: " + join(named) +
          (more > 0 ? " and " + std::to_string(more) + " more" : "") +
          "; compile without -gsplit-dwarf"};
}

}  // namespace coretap::probes
