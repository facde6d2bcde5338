// The index behind loading tapset files on demand; private to the passes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyse/program.h"

namespace coretap {

/// One tapset file: what it defines. One of coretap's own is parsed when it is loaded, one of the
/// user's folders at once, since its text may be laid out in any way.
struct TapsetFile {
  std::string path;
  std::string text;                                      ///< until it is parsed
  std::vector<std::string> functions, globals, aliases;  ///< aliases as "syscall.open.return"
  std::unique_ptr<ast::File> parsed;                     ///< until it is loaded
  const ast::File* file = nullptr;                       ///< in Program::files once it is loaded
};

class TapsetLibrary {
 public:
  /// In the order in which names are looked up: the user's folders, then coretap's own.
  std::vector<TapsetFile> files;
};

/// Shell pattern of a probe point functor: '*' and '?'.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace coretap
