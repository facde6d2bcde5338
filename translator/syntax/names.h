// The names of the language, for whoever offers them.
#pragma once

#include <string>
#include <vector>

#include "support/source.h"
#include "syntax/parse.h"

namespace coretap {

/// "probe", "foreach" and so on, as the grammar has them.
std::vector<std::string> keyword_names();

/// "count", "cast" and so on: the operators that are written with '@'.
std::vector<std::string> at_operator_names();

/// A macro and where its definition has its name.
struct MacroName {
  std::string name;
  std::string path;  ///< "" in the script itself
  LineColumn place;
};

/// The macros that the script defines, and those of the library.
std::vector<MacroName> macro_names(const MacroLibrary& library, const SourceFile& script);

}  // namespace coretap
