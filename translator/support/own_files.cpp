// Only by the place of the running program it is decided which files are its own. A path that was compiled in would be one
// of the machine that coretap was built on; where it is installed, that may be anybody's.
#include "support/own_files.h"

#include <filesystem>
#include <system_error>

namespace coretap {

namespace fs = std::filesystem;

OwnFiles own_files() {
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const std::string built = CORETAP_BINARY_DIR;
  if ((folder.string() + "/").starts_with(built + "/"))
    return {CORETAP_SOURCE_DIR "/tapsets", CORETAP_SOURCE_DIR "/docs/lessons",
            CORETAP_SOURCE_DIR "/runtime", built + "/runtime", CORETAP_SOURCE_DIR "/examples"};
  auto at = [&](const char* from_program) {
    return (folder / from_program).lexically_normal().string();
  };
  return {at(CORETAP_DATA_FROM_PROGRAM "/tapsets"), at(CORETAP_DATA_FROM_PROGRAM "/lessons"),
          at(CORETAP_DATA_FROM_PROGRAM "/runtime"), at(CORETAP_COMPILED_FROM_PROGRAM),
          at(CORETAP_EXAMPLES_FROM_PROGRAM)};
}

}  // namespace coretap
