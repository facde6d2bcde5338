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

// -S: the output is cut into a series of files.
std::string g_base;
u64 g_limit = 0, g_written = 0;
u32 g_keep = 0, g_file_number = 0;
bool g_line_ended = true;

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

namespace {

/// Opens file number `g_file_number` of a series, or the only one.
std::string open_file() {
  std::string name = g_base + (g_limit ? "." + std::to_string(g_file_number) : "");
  int fd = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return "cannot open output file " + name + ": " + strerror(errno);
  if (g_fd != STDOUT_FILENO) close(g_fd);
  g_fd = fd;
  g_name = name;
  g_written = 0;
  return "";
}

std::string next_file() {
  ++g_file_number;
  if (g_keep && g_file_number >= g_keep)
    unlink((g_base + "." + std::to_string(g_file_number - g_keep)).c_str());
  return open_file();
}

/// Bytes of `data` that still go to the current file: up to the last line that fits, but at least
/// to the end of the line that it has begun.
size_t part_for_file(const char* data, size_t size) {
  if (!g_limit || g_written + size <= g_limit) return size;
  size_t room = g_written < g_limit ? g_limit - g_written : 0;
  if (auto* last = static_cast<const char*>(memrchr(data, '\n', room)))
    return static_cast<size_t>(last - data) + 1;
  if (g_written && g_line_ended) return 0;
  auto* first = static_cast<const char*>(memchr(data, '\n', size));
  return first ? static_cast<size_t>(first - data) + 1 : size;
}

}  // namespace

std::string open_output(const char* path, u64 limit, u32 keep) {
  // stap's -o takes strftime(3) formats.
  char name[4096];
  time_t now = time(nullptr);
  tm local;
  if (strftime(name, sizeof name, path, localtime_r(&now, &local)) == 0)
    snprintf(name, sizeof name, "%s", path);
  g_base = name;
  g_limit = limit;
  g_keep = keep;
  return open_file();
}

int output_descriptor() { return g_fd; }

void set_output(int fd) { g_fd = fd; }

void flush_output() {
  u32 size = g_output.size;
  g_output.size = 0;
  if (size == 0 || g_failed) return;
  std::string cannot_open;
  int error = 0;
  for (size_t done = 0; done < size && error == 0 && cannot_open.empty();) {
    size_t part = part_for_file(g_buffer + done, size - done);
    error = write_all(g_fd, g_buffer + done, part);
    g_written += part;
    done += part;
    if (part) g_line_ended = g_buffer[done - 1] == '\n';
    if (done < size && error == 0) cannot_open = next_file();
  }
  if (error == 0 && cannot_open.empty()) return;
  g_failed = true;
  request_exit();
  // A closed pipe (`| head`) is the reader's wish, not news.
  if (!cannot_open.empty())
    print_error(cannot_open + "; output is incomplete");
  else if (error != EPIPE)
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

void print_note(const std::string& text) { print_message("", text); }

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
