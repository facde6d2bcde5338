// The file of --build or --explain: it appears whole or not at all.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "build/work_folder.h"
#include "support/descriptor.h"
#include "support/diagnostics.h"

namespace coretap {

/// A file that will be written. Its folder is opened before anything is compiled, so that what is wrong
/// with the place is said at once.
class OutputFile {
 public:
  /// False after reporting: no such folder, a full disk, or something at `path` that is not a regular file, or that stands for an open one. A symbolic
  /// link there is replaced, not followed.
  bool prepare(const std::string& path, Diagnostics& diagnostics);
  enum class Kind : uint8_t { Executable, Plain };
  /// Moves or copies the file `name` of `work` into place, with the rights of its kind as far as the umask says. False after reporting; what
  /// was at the path before is then still there.
  bool take(const WorkFolder& work, const char* name, Diagnostics& diagnostics,
            Kind kind = Kind::Executable);

 private:
  bool fail(const std::string& why, Diagnostics& diagnostics) const;
  bool copy(int from, mode_t mode, Diagnostics& diagnostics);

  std::string path_, name_;
  Descriptor folder_;
};

}  // namespace coretap
