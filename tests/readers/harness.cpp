#include "harness.h"

#include <elf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace readers {

void must(bool holds, const char* promise) {
  if (holds) return;
  fprintf(stderr, "this does not hold: %s\n", promise);
  abort();
}

MemoryFile::MemoryFile(std::string_view contents) : fd_(memfd_create("input", MFD_CLOEXEC)) {
  must(fd_ >= 0, "there is memory for the input");
  const ssize_t written = write(fd_, contents.data(), contents.size());
  must(written == static_cast<ssize_t>(contents.size()), "the input is written whole");
  struct stat status;
  if (fstat(fd_, &status) == 0) inode_ = status.st_ino;
  path_ = "/proc/self/fd/" + std::to_string(fd_);
}

MemoryFile::~MemoryFile() { close(fd_); }

Parts parts_of(std::string_view input) {
  const size_t second = input.find(ELFMAG, 1);
  if (second == std::string_view::npos) return {input, {}};
  return {input.substr(0, second), input.substr(second)};
}

}  // namespace readers
