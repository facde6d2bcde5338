// Where coretap's own files are: tapsets, the headers of generated code, and what was compiled with coretap.
#pragma once

#include <string>

namespace coretap {

/// Folders, absolute.
struct OwnFiles {
  std::string tapsets;
  std::string lessons;
  std::string runtime;   ///< has bpf/, shared/ and user/harness/, which generated code includes
  std::string compiled;  ///< has the precompiled header and the archives of a built binary
  std::string examples;
};

/// In the build tree that this program was linked in, those of its sources. Else the program is installed, and they
/// are where the installation puts them relative to it: so a tree may be moved or copied as a whole.
/// That they are there is not looked at.
OwnFiles own_files();

}  // namespace coretap
