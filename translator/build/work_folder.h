// The folder that one compilation writes to. It is the caller's alone (mode 0700, unpredictable name), and
// goes when the compilation is done, also when coretap is killed meanwhile (guard.h).
#pragma once

#include <memory>
#include <string>

#include "build/guard.h"
#include "runtime/common/result.h"
#include "support/descriptor.h"

namespace coretap {

class WorkFolder {
 public:
  /// A fresh folder in the open folder `parent`, whose path is `parent_path`. Fails with a clause if it cannot be
  /// made or there is no space for what compilers write (without it, their own message is a crash report).
  static ct::Result<std::unique_ptr<WorkFolder>> make(Descriptor parent,
                                                      const std::string& parent_path,
                                                      const char* prefix);
  /// A fresh folder in $TMPDIR, /tmp or another folder for such, the first that can be trusted. Fails
  /// with what is wrong with the first.
  static ct::Result<std::unique_ptr<WorkFolder>> make_private();
  /// Removes the folder, unless it is kept.
  ~WorkFolder();

  int fd() const { return fd_.get(); }
  int parent() const { return parent_.get(); }
  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  pid_t tool_group() const { return guard_ ? guard_->group() : 0; }

  /// It stays, as it is (-k) or under another name in the same folder (a cache entry).
  void keep();
  void keep_as(const std::string& name, const std::string& path);

 private:
  WorkFolder() = default;
  Descriptor parent_, fd_;
  std::string name_, path_;
  bool kept_ = true;  ///< until it is there
  std::unique_ptr<Guard> guard_;
};

/// Bytes that can still be written in the file system of the open folder `fd`.
unsigned long long free_bytes(int fd);

}  // namespace coretap
