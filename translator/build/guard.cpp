#include "build/guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "build/trusted_folder.h"

namespace coretap {

namespace {

/// The guard keeps nothing of coretap's open: a pipe that a reader waits on must end with coretap.
void close_all_but(int first, int second) {
  int low = first < second ? first : second, high = first < second ? second : first;
  if (low > 0) close_range(0, static_cast<unsigned>(low) - 1, 0);
  if (high > low + 1)
    close_range(static_cast<unsigned>(low) + 1, static_cast<unsigned>(high) - 1, 0);
  close_range(static_cast<unsigned>(high) + 1, ~0u, 0);
}

/// Waits for the end of coretap. True: it said good-bye before.
bool wait_for_end(int socket) {
  char farewell;
  ssize_t n;
  while ((n = read(socket, &farewell, 1)) < 0 && errno == EINTR) {
  }
  return n == 1;
}

[[noreturn]] void guard(int socket, int parent, const char* name) {
  setpgid(0, 0);
  prctl(PR_SET_NAME, "coretap-guard");
  for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  close_all_but(socket, parent);
  if (wait_for_end(socket)) _exit(0);
  kill(0, SIGTERM);  // compilers remove what is half-written
  constexpr int kTries = 20;
  constexpr useconds_t kPause = 10'000;  // microseconds
  for (int i = 0; i < kTries; i++) {
    usleep(kPause);
    remove_tree(parent, name);
    if (faccessat(parent, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && i > 2) break;
  }
  kill(0, SIGKILL);
  _exit(0);
}

}  // namespace

Guard::Guard(int parent, const std::string& name) {
  int ends[2];
  // A socket, for send() can do without SIGPIPE.
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
  Descriptor waits(ends[0]);
  alive_ = Descriptor(ends[1]);
  pid_ = fork();
  if (pid_ == 0) guard(ends[0], parent, name.c_str());
  if (pid_ > 0) setpgid(pid_, pid_);  // here as well: the first compiler must find the group
}

Guard::~Guard() {
  if (pid_ <= 0) return;
  while (send(alive_.get(), "", 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace coretap
