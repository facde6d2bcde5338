// Opening a file that somebody else may have made: a target, its debug file, what a wildcard matched.
// A FIFO there would block the open for ever, a device may do something when it is opened, and
// /dev/zero has no end. So only regular files are opened.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "runtime/common/result.h"

namespace ct {

/// Opens the regular file `path` for reading (close-on-exec), following links. Never waits.
/// The failure is a predicate for the path: "is not a regular file", or "cannot be opened: " and
/// errno's text.
inline Result<int> open_regular(const char* path) {
  struct stat status;
  int fd = -1;
  // The first look spares a device its open(); the second is of what was in fact opened.
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) return Status("is not a regular file");
  fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return Status::of_errno(errno, "cannot be opened: ");
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) return fd;
  close(fd);
  return Status("is not a regular file");
}

/// Do the two paths lead to one existing file?
inline bool is_one_file(const std::string& one, const std::string& other) {
  struct stat a, b;
  return stat(one.c_str(), &a) == 0 && stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

/// The path without links, if that leads to the same file; else as it is. Below /proc/PID/root and /proc/PID/exe it
/// does not where the process has other mounts than we: such a link's text is a name in those (proc(5)).
inline std::string canonical_path(const std::string& path) {
  char buffer[PATH_MAX];
  return realpath(path.c_str(), buffer) && is_one_file(path, buffer) ? buffer : path;
}

}  // namespace ct
