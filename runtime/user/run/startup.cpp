#include "startup.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <unistd.h>

namespace ct {

void open_standard_descriptors() {
  // open() takes the lowest free number, so in this order each gets its own.
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDWR);
}

bool is_set_id() {
  return getauxval(AT_SECURE) != 0 && (getuid() != geteuid() || getgid() != getegid());
}

const char* const kSetIdRefused =
    "this program is set-user-ID or set-group-ID: everybody who may run it could run commands and "
    "write files with its owner's rights. Remove that (chmod ug-s FILE), and give it the "
    "capabilities that tracing needs instead: setcap cap_bpf,cap_perfmon+ep FILE";

}  // namespace ct
