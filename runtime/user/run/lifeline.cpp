#include "lifeline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace ct {
namespace {

int g_line = -1;
int g_patience_ms = 0;

/// The next byte of the line; 0 when it has ended or nothing has come for too long.
char next_byte() {
  for (;;) {
    pollfd event = {g_line, POLLIN, 0};
    const int ready = poll(&event, 1, g_patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return 0;
    char byte = 0;
    const ssize_t n = read(g_line, &byte, 1);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    return n == 1 ? byte : '\0';
  }
}

/// The main thread waits in many places, and all of them heed a signal.
void* watch(void*) {
  for (;;) {
    const char byte = next_byte();
    if (byte == 'i') kill(getpid(), SIGINT);
    if (byte != 0) continue;
    kill(getpid(), SIGHUP);
    return nullptr;
  }
}

}  // namespace

bool begin_with_lifeline(unsigned patience_s) {
  g_line = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (g_line < 0 || nothing < 0) return false;
  dup2(nothing, STDIN_FILENO);
  close(nothing);
  g_patience_ms = -1;  // another machine may take long to come so far
  if (next_byte() == 0) return false;
  g_patience_ms = static_cast<int>(patience_s * 1000);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool is_watched = pthread_create(&thread, nullptr, watch, nullptr) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return is_watched;
}

}  // namespace ct
