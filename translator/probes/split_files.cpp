#include "probes/split_files.h"

#include <algorithm>

#include "probes/families.h"

namespace coretap::probes {

std::string split_at(const debug::Module& module, uint64_t pc) {
  const std::string file = module.unread_split_file_at(pc);
  return file.empty() ? "" : "its debug information is in " + file;
}

std::vector<std::string> split_file_hints(const debug::Module& module) {
  constexpr size_t kNamed = 3;
  const std::vector<std::string>& files = module.unread_split_files();
  if (files.empty()) return {};
  const size_t named = std::min(files.size(), kNamed);
  std::string list;
  for (size_t i = 0; i < named; i++) list += (i == 0 ? "" : "; in ") + files[i];
  const size_t more = files.size() - named;
  return {"debug information is missing: it is in " + list +
          (more > 0 ? "; and in " + std::to_string(more) + " more files" : "") +
          "; the files of -gsplit-dwarf are looked for where they were made, and beside the "
          "program"};
}

}  // namespace coretap::probes
