#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "runtime/user/output/output.h"

namespace ct {

bool Background::begin() {
  int ends[2];
  pid_t pid = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
  if (pid < 0) {
    print_error(std::string("cannot start a process for -F: ") + strerror(errno));
    status_ = 1;
    return false;
  }
  if (pid == 0) {
    close(ends[0]);
    ready_fd_ = ends[1];
    setsid();  // the terminal's Ctrl-C is not for us
    return true;
  }
  close(ends[1]);
  char byte;
  ssize_t n;
  while ((n = read(ends[0], &byte, 1)) < 0 && errno == EINTR) {
  }
  close(ends[0]);
  if (n == 1) {
    ::printf("%d\n", pid);
    fflush(stdout);
    return false;
  }
  int ended = 0;
  waitpid(pid, &ended, 0);
  status_ = WIFEXITED(ended) ? WEXITSTATUS(ended) : 1;
  return false;
}

void Background::ready(int output_fd) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  dup2(output_fd, STDERR_FILENO);
  close(null);
  char byte = 1;
  ssize_t ignored = write(ready_fd_, &byte, 1);
  (void)ignored;
  close(ready_fd_);
  ready_fd_ = -1;
}

Background::~Background() {
  if (ready_fd_ >= 0) close(ready_fd_);
}

}  // namespace ct
