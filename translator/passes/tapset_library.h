// The index behind loading tapset files on demand; private to the passes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "passes/program.h"

namespace coretap {

/// One tapset file: what it defines, and its text until it is parsed.
struct TapsetFile {
  std::string path;
  std::string text;
  std::vector<std::string> functions, globals, aliases;  ///< aliases as "syscall.open.return"
  bool loaded = false;
};

class TapsetLibrary {
 public:
  std::vector<TapsetFile> files;
};

/// Shell pattern of a probe point functor: '*' and '?'.
bool glob_match(const std::string& pattern, const std::string& text);

}  // namespace coretap
