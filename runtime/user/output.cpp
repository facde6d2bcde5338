// Output is buffered in user space, 64 KiB, and flushed when the buffer is full, before the
// session sleeps (so a script that prints once a second is seen once a second) and at the end.
// Nothing is dropped silently: a failed write is reported on stderr, ends the session and makes
// the exit status 1. EAGAIN on a non-blocking descriptor waits.
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <unordered_set>

#include "session.h"

namespace ct {
namespace {

constexpr u32 kBufferSize = 65536;
char g_buffer[kBufferSize];
Sink g_output = {g_buffer, 0, kBufferSize, true};
int g_fd = STDOUT_FILENO;
bool g_failed = false;
bool g_silent = false;
std::string g_name = "standard output";

/// Writes all of it, or returns errno.
int write_all(int fd, const char* data, size_t size) {
  while (size > 0) {
    ssize_t n = ::write(fd, data, size);
    if (n >= 0) {
      data += n;
      size -= static_cast<size_t>(n);
    } else if (errno == EAGAIN) {
      pollfd p = {fd, POLLOUT, 0};
      poll(&p, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void print_message(const char* kind, const std::string& text) {
  flush_output();
  std::string line = kind + text;
  if (line.back() != '\n') line += '\n';
  write_all(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

Sink& output() { return g_output; }

std::string open_output(const char* path) {
  // stap's -o takes strftime(3) formats.
  char name[4096];
  time_t now = time(nullptr);
  tm local;
  if (strftime(name, sizeof name, path, localtime_r(&now, &local)) == 0)
    snprintf(name, sizeof name, "%s", path);
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return std::string("cannot open output file ") + name + ": " + strerror(errno);
  g_fd = fd;
  g_name = name;
  return "";
}

void set_output(int fd) { g_fd = fd; }

void flush_output() {
  u32 size = g_output.size;
  g_output.size = 0;
  if (size == 0 || g_failed) return;
  int error = write_all(g_fd, g_buffer, size);
  if (error == 0) return;
  g_failed = true;
  request_exit();
  // A closed pipe (`| head`) is the reader's wish, not news.
  if (error != EPIPE)
    print_error("cannot write to " + g_name + ": " + strerror(error) + "; output is incomplete");
}

bool output_failed() { return g_failed; }

void silence_warnings() { g_silent = true; }

void print_warning(const std::string& text) {
  // As stap does: the same warning once, and not for ever more.
  static std::unordered_set<std::string> seen;
  if (g_silent || (seen.size() < 1024 && !seen.insert(text).second)) return;
  print_message("WARNING: ", text);
}

void print_error(const std::string& text) { print_message("ERROR: ", text); }

void warn(View message) { print_warning(std::string(message.data, message.size)); }

void printf(const char* format, ...) {
  va_list args;
  va_start(args, format);
  char* formatted = nullptr;
  int size = vasprintf(&formatted, format, args);
  va_end(args);
  if (size < 0) return;
  put(g_output, {formatted, static_cast<u32>(size)});
  free(formatted);
}

}  // namespace ct
