// tracefs is often not mounted in containers and minimal systems. A mount made with fsopen() and
// fsmount() (Linux 5.2) belongs to a file descriptor only: nobody sees it and it goes when the
// descriptor is closed. Older kernels: the mounted one, or a message that says what to mount.
#include "tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace ct {
namespace {

int open_tracefs() {
  for (const char* path : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && faccessat(fd, "events", F_OK, 0) == 0) return fd;
    if (fd >= 0) close(fd);
  }
  int context = static_cast<int>(syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC));
  if (context < 0) return -1;
  int mount = -1;
  if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
    mount = static_cast<int>(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0));
  int saved = errno;
  close(context);
  errno = saved;
  return mount;
}

}  // namespace

int tracepoint_id(const std::string& name, std::string& error) {
  static const int tracefs = open_tracefs();
  if (tracefs < 0) {
    error = "tracefs is not mounted and cannot be: mount -t tracefs tracefs /sys/kernel/tracing";
    return -1;
  }
  std::string path = "events/" + name + "/id";
  std::replace(path.begin(), path.end(), ':', '/');
  int fd = openat(tracefs, path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    error = errno == ENOENT ? kNoSuchTracepoint
                            : std::string("cannot read its number: ") + strerror(errno);
    return -1;
  }
  char text[32] = {};
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n > 0) return atoi(text);
  error = "cannot read its number";
  return -1;
}

}  // namespace ct
