#include "build/artifacts.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "build/trusted_folder.h"

namespace coretap {

MappedFile::MappedFile(Descriptor file) {
  struct stat status;
  if (!file || fstat(file.get(), &status) != 0) return;
  size_ = static_cast<size_t>(status.st_size);
  if (size_ != 0) {  // mmap refuses a length of 0
    void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (mapped == MAP_FAILED) {
      size_ = 0;
      return;
    }
    data_ = static_cast<const char*>(mapped);
  }
  file_ = std::move(file);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : file_(std::move(other.file_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  file_ = std::move(other.file_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_) munmap(const_cast<char*>(data_), size_);
}

ct::Result<std::unique_ptr<Artifacts>> Artifacts::open(int folder) {
  auto artifacts = std::make_unique<Artifacts>();
  for (size_t i = 0; i < kArtifacts; i++) {
    const char* name = kArtifactNames[i];
    if (faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) continue;
    ct::Result<Descriptor> file = open_trusted_file(folder, name);
    if (!file) return file.failure();
    artifacts->files_[i] = MappedFile(*std::move(file));
    if (!artifacts->files_[i].is_there())
      return ct::Status::of_errno(errno, std::string("'") + name + "' cannot be read: ");
  }
  if (artifacts->files_[static_cast<size_t>(Artifact::Listing)].is_there() ||
      artifacts->files_[static_cast<size_t>(Artifact::Harness)].is_there())
    return artifacts;
  return ct::Status::of_errno(ENOENT, std::string("'") + file_name(Artifact::Harness) + "': ");
}

}  // namespace coretap
