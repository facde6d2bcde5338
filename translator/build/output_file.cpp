#include "build/output_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "build/hash.h"

namespace coretap {

namespace {

mode_t mode_of(OutputFile::Kind kind) {
  mode_t mask = umask(0);
  umask(mask);
  return (kind == OutputFile::Kind::Executable ? 0777 : 0666) & ~mask;
}

/// A file of an unpredictable name in `folder`, for the owner alone.
Descriptor make_temporary(int folder, std::string& name) {
  unsigned char random[16];
  if (getrandom(random, sizeof random, 0) != sizeof random) return {};
  name = ".coretap-" + hash_text({reinterpret_cast<char*>(random), sizeof random});
  return Descriptor(
      openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

/// Is it a link into /proc, as /dev/stdout is? Then it stands for an open file, and is not one that may be replaced.
bool is_of_proc(int folder, const std::string& name) {
  constexpr std::string_view kProc = "/proc/";
  char target[kProc.size()];
  const ssize_t length = readlinkat(folder, name.c_str(), target, sizeof target);
  return length > 0 && std::string_view(target, static_cast<size_t>(length)) == kProc;
}

/// Copies all of `from`; false with errno set.
bool copy_bytes(int from, int to) {
  struct stat status;
  if (fstat(from, &status) != 0) return false;
  for (off_t at = 0; at < status.st_size;) {
    char buffer[1 << 16];
    ssize_t n = pread(from, buffer, sizeof buffer, at);
    if (n == 0) errno = EIO;
    if (n <= 0) return false;
    for (ssize_t done = 0; done < n;) {
      ssize_t written = write(to, buffer + done, static_cast<size_t>(n - done));
      if (written < 0) return false;
      done += written;
    }
    at += n;
  }
  return true;
}

}  // namespace

bool OutputFile::fail(const std::string& why, Diagnostics& diagnostics) const {
  diagnostics.error("output-write", "cannot write '" + path_ + "': " + why);
  return false;
}

bool OutputFile::prepare(const std::string& path, Diagnostics& diagnostics) {
  path_ = path;
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  name_ = slash == std::string::npos ? path : path.substr(slash + 1);
  folder_ = Descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) return fail(std::strerror(errno), diagnostics);
  struct stat status;
  if (name_.empty() || name_ == "." || name_ == "..") return fail("it is a folder", diagnostics);
  if (fstatat(folder_.get(), name_.c_str(), &status, 0) == 0 && !S_ISREG(status.st_mode))
    return fail("it is not a regular file", diagnostics);
  if (is_of_proc(folder_.get(), name_))
    return fail("it stands for a file that is open already", diagnostics);
  if (faccessat(folder_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    return fail(std::strerror(errno), diagnostics);
  constexpr unsigned long long kSmallest = 1 << 20;  // of a binary, and most pages are smaller
  if (free_bytes(folder_.get()) < kSmallest) return fail(std::strerror(ENOSPC), diagnostics);
  return true;
}

bool OutputFile::take(const WorkFolder& work, const char* name, Diagnostics& diagnostics,
                      Kind kind) {
  const mode_t mode = mode_of(kind);
  Descriptor made(openat(work.fd(), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!made || fchmod(made.get(), mode) != 0) return fail(std::strerror(errno), diagnostics);
  if (renameat(work.fd(), name, folder_.get(), name_.c_str()) == 0) return true;
  return errno == EXDEV ? copy(made.get(), mode, diagnostics)
                        : fail(std::strerror(errno), diagnostics);
}

/// The output is in another file system: the copy gets its name when it is whole.
bool OutputFile::copy(int from, mode_t mode, Diagnostics& diagnostics) {
  std::string temporary;
  Descriptor to = make_temporary(folder_.get(), temporary);
  if (!to) return fail(std::strerror(errno), diagnostics);
  if (copy_bytes(from, to.get()) && fchmod(to.get(), mode) == 0 &&
      renameat(folder_.get(), temporary.c_str(), folder_.get(), name_.c_str()) == 0)
    return true;
  int error = errno;
  unlinkat(folder_.get(), temporary.c_str(), 0);
  return fail(std::strerror(error), diagnostics);
}

}  // namespace coretap
