// What passes 1 to 4 make of a script that runs at once: files in a folder that only the caller can write to,
// opened and mapped, so that they stay what they were when they were checked.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/common/result.h"
#include "support/descriptor.h"

namespace coretap {

/// The files. A script has a harness; a listing has none, and only the text that it prints. The warnings are those of the
/// compilation, as they are shown without and with -v and with --output=json, so that a cached run can repeat them.
enum class Artifact : uint8_t {
  Harness,
  ModernObject,
  BaseObject,
  Warnings,
  AllWarnings,
  JsonWarnings,
  Listing
};
constexpr const char* kArtifactNames[] = {"harness.so", "kernel.bpf.o", "kernel.base.bpf.o",
                                          "warnings",   "all-warnings", "warnings.json",
                                          "listing"};
constexpr size_t kArtifacts = std::size(kArtifactNames);
constexpr const char* file_name(Artifact artifact) {
  return kArtifactNames[static_cast<size_t>(artifact)];
}

/// A file, mapped for reading.
class MappedFile {
 public:
  MappedFile() = default;
  /// Maps all of `file`. Not there after a failure, with errno set.
  explicit MappedFile(Descriptor file);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  bool is_there() const { return static_cast<bool>(file_); }
  int fd() const { return file_.get(); }
  std::string_view bytes() const { return {data_, size_}; }

 private:
  Descriptor file_;
  const char* data_ = nullptr;
  size_t size_ = 0;
};

class Artifacts {
 public:
  /// Opens those that are in the folder, which the caller of this must trust. Fails with a clause if one of
  /// them is not to be trusted or cannot be read.
  static ct::Result<std::unique_ptr<Artifacts>> open(int folder);

  const MappedFile& operator[](Artifact artifact) const {
    return files_[static_cast<size_t>(artifact)];
  }

 private:
  std::array<MappedFile, kArtifacts> files_;
};

}  // namespace coretap
