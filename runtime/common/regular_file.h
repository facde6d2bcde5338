// Opening a file that somebody else may have made: a target, its debug file, what a wildcard matched.
// A FIFO there would block the open for ever, a device may do something when it is opened, and
// /dev/zero has no end. So only regular files are opened.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace ct {

/// Opens the regular file `path` for reading (close-on-exec), following links. Never waits.
/// On failure -1, with a predicate for the path in `error`: "is not a regular file", or
/// "cannot be opened: " and errno's text.
inline int open_regular(const char* path, std::string& error) {
  struct stat status;
  int fd = -1;
  // The first look spares a device its open(); the second is of what was in fact opened.
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
    error = "is not a regular file";
    return -1;
  }
  fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    error = std::string("cannot be opened: ") + strerror(errno);
    return -1;
  }
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) return fd;
  close(fd);
  error = "is not a regular file";
  return -1;
}

}  // namespace ct
