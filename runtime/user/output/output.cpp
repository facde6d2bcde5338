// Output is buffered in user space, 64 KiB, and flushed when the buffer is full, before the
// session sleeps (so a script that prints once a second is seen once a second) and at the end.
// A full buffer is written up to its last whole line, so that what others write to the same place
// comes between lines; to a pipe that the -c command has as well, in pieces that the kernel never
// mixes with the command's (PIPE_BUF, pipe(7)).
// Nothing is dropped silently: a failed write is reported on stderr, ends the session and makes
// the exit status 1. EAGAIN on a non-blocking descriptor waits.
//
// A reader that has stopped reading blocks write(2), and with it the session. A timer's signal
// breaks such a write off every kTick, and then whoever waits is asked (set_output_watch): a signal
// that came just before write(2), where it would be lost, is seen at the next tick. A reader that
// takes nothing for kPatience after the session was told to end is not waited for any longer.
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <functional>
#include <unordered_set>
#include <utility>

#include "runtime/common/clock.h"
#include "runtime/common/json.h"
#include "runtime/common/terminal.h"

namespace ct {
namespace {

constexpr u32 kBufferSize = 65536;
char g_buffer[kBufferSize];
Sink g_output = {g_buffer, 0, kBufferSize, true};

// --output=json: what a handler prints is gathered here, and becomes an object in g_buffer.
constexpr u32 kPrintSize = 16384;
bool g_is_json = false;
char g_printed[kPrintSize];
Sink g_prints = {g_printed, 0, kPrintSize, true};
const char* g_print_probe = "";
u64 g_print_time = 0;

int g_fd = STDOUT_FILENO;
bool g_failed = false, g_reader_is_gone = false;
bool g_silent = false;
bool g_repeats = false;  ///< also warnings that were shown before
std::string g_name = "standard output";

// -S: the output is cut into a series of files.
std::string g_base;
u64 g_limit = 0, g_written = 0;
u32 g_keep = 0, g_file_number = 0;
bool g_line_ended = true;

constexpr int kTick = 100;       ///< ms
constexpr int kPatience = 2000;  ///< ms
std::function<bool()> g_is_waiting_over;
bool g_shared_pipe = false;

/// While one of these lives, SIGALRM breaks system calls off every kTick, if `fd` may block.
class Ticks {
 public:
  explicit Ticks(int fd) {
    struct stat file;
    on_ = g_is_waiting_over && (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode));
    if (!on_) return;
    struct sigaction action = {};
    action.sa_handler = [](int) {};  // without SA_RESTART
    sigaction(SIGALRM, &action, &previous_);
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &alarm, &mask_);
    set_timer(kTick);
  }
  ~Ticks() {
    if (!on_) return;
    set_timer(0);
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
    sigaction(SIGALRM, &previous_, nullptr);
  }
  Ticks(const Ticks&) = delete;
  Ticks& operator=(const Ticks&) = delete;

 private:
  static void set_timer(int ms) {
    itimerval timer = {{0, ms * 1000}, {0, ms * 1000}};
    setitimer(ITIMER_REAL, &timer, nullptr);
  }
  bool on_;
  struct sigaction previous_;
  sigset_t mask_;
};

s64 now_ms() { return clock_ns(CLOCK_MONOTONIC) / 1'000'000; }

/// Writes all of it, or returns errno: ETIMEDOUT if the session is to end and nobody reads. Then
/// `size` is what was not written.
int write_all(int fd, const char* data, size_t& size) {
  if (size == 0) return 0;
  Ticks ticks(fd);
  s64 give_up = 0;  // 0: not yet known when
  while (size > 0) {
    ssize_t n = ::write(fd, data, size);
    if (n > 0) {
      data += n;
      size -= static_cast<size_t>(n);
      give_up = 0;
      continue;
    }
    if (n < 0 && errno != EAGAIN && errno != EINTR) return errno;
    if (n < 0 && errno == EAGAIN) {
      pollfd p = {fd, POLLOUT, 0};
      poll(&p, 1, kTick);
    }
    if (!g_is_waiting_over || !g_is_waiting_over()) continue;
    if (give_up == 0) give_up = now_ms() + kPatience;
    if (now_ms() >= give_up) return ETIMEDOUT;
  }
  return 0;
}

std::string g_error_color, g_warning_color;

/// How a message begins: its words, their colour, and its type in JSON.
struct Opening {
  const char* kind;
  const std::string& color;
  const char* type;
};
const Opening kWarning = {"WARNING:", g_warning_color, "warning"};
const Opening kError = {"ERROR:", g_error_color, "error"};
const std::string g_no_color;
const Opening kNote = {"", g_no_color, nullptr};

void print_as_object(const char* type, const Message& message) {
  static constexpr const char* kSpeakers[] = {"session", "handler", "script"};
  JsonList members;
  members.add("type", json_string(type));
  members.add("from", json_string(kSpeakers[static_cast<size_t>(message.from)]));
  members.add("message", json_string(message.text));
  if (message.probe) members.add("probe", json_string(message.probe));
  if (!message.near.empty()) members.add("near", json_string(message.near));
  if (message.line) members.add("file", json_string(message.file));
  if (message.line) members.add("line", std::to_string(message.line));
  put_object(members.object());
  flush_output();
}

/// Notes, and what is wrong with the output itself, are for people.
void print_message(const Opening& opening_of, const Message& message) {
  if (g_is_json && opening_of.type && !g_failed) return print_as_object(opening_of.type, message);
  const auto& [kind, color, type] = opening_of;
  // The place has the name of the script's file.
  const std::string text =
      message.text + (message.near.empty() ? "" : " near " + terminal_safe(message.near));
  flush_output();
  const std::string opening =
      color.empty() ? kind : "\033[" + color + "m\033[K" + kind + "\033[m\033[K";
  std::string line = opening + (*kind ? " " : "") + text;
  if (line.back() != '\n') line += '\n';
  size_t size = line.size();
  write_all(STDERR_FILENO, line.data(), size);
}

}  // namespace

Sink& output() { return g_is_json ? g_prints : g_output; }

bool output_is_json() { return g_is_json; }

void set_output_to_json() { g_is_json = true; }

namespace {

void put_line(const std::string& text) {
  put(g_output, {text.data(), static_cast<u32>(text.size())});
  put(g_output, {"\n", 1});
}

/// The first `size` bytes that were printed become an object; the others stay.
void take_prints(u32 size) {
  if (size == 0) return;
  JsonList members;
  members.add("type", "\"print\"");
  members.add("probe", json_string(g_print_probe));
  members.add("time_ns", std::to_string(g_print_time));
  members.add("text", json_string({g_printed, size}));
  put_line(members.object());
  g_prints.size -= size;
  memmove(g_printed, g_printed + size, g_prints.size);
}

}  // namespace

void begin_prints(const char* pp, u64 time_ns) {
  if (!g_is_json) return;
  take_prints(g_prints.size);
  g_print_probe = pp;
  g_print_time = time_ns;
}

void put_object(const std::string& object) {
  take_prints(g_prints.size);
  put_line(object);
}

namespace {

/// Opens file number `g_file_number` of a series, or the only one.
Status open_file() {
  bool is_numbered = g_limit != 0 || g_file_number != 0;
  std::string name = g_base + (is_numbered ? "." + std::to_string(g_file_number) : "");
  int fd = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return Status::of_errno(errno, "cannot open output file " + name + ": ");
  if (g_fd != STDOUT_FILENO) close(g_fd);
  g_fd = fd;
  g_name = name;
  g_written = 0;
  return {};
}

Status next_file() {
  ++g_file_number;
  if (g_keep && g_file_number >= g_keep)
    unlink((g_base + "." + std::to_string(g_file_number - g_keep)).c_str());
  return open_file();
}

/// Bytes of `data` that still go to the current file: up to the last line that fits, but at least
/// to the end of the line that it has begun.
size_t part_for_file(const char* data, size_t size) {
  if (g_shared_pipe && size > PIPE_BUF) {
    auto* last = static_cast<const char*>(memrchr(data, '\n', PIPE_BUF));
    return last ? static_cast<size_t>(last - data) + 1 : PIPE_BUF;
  }
  if (!g_limit || g_written + size <= g_limit) return size;
  size_t room = g_written < g_limit ? g_limit - g_written : 0;
  if (auto* last = static_cast<const char*>(memrchr(data, '\n', room)))
    return static_cast<size_t>(last - data) + 1;
  if (g_written && g_line_ended) return 0;
  auto* first = static_cast<const char*>(memchr(data, '\n', size));
  return first ? static_cast<size_t>(first - data) + 1 : size;
}

}  // namespace

Status open_output(const char* path, u64 limit, u32 keep) {
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

void switch_file() {
  if (g_base.empty()) return;
  flush_output();
  if (g_failed) return;
  if (Status opened = next_file(); !opened) failf("%s", opened.text().c_str());
}

int output_descriptor() { return g_fd; }

void set_output(int fd) { g_fd = fd; }

namespace {

/// Writes the first `size` bytes of the buffer; the others become the first.
void flush(u32 size) {
  if (g_failed) {
    g_output.size = 0;
    return;
  }
  Status opened;
  int error = 0;
  size_t lost = 0;
  for (size_t done = 0; done < size && error == 0 && opened;) {
    size_t part = part_for_file(g_buffer + done, size - done);
    size_t left = part;
    error = write_all(g_fd, g_buffer + done, left);
    g_written += part;
    done += part;
    lost = g_output.size - done + left;
    if (part) g_line_ended = g_buffer[done - 1] == '\n';
    if (g_limit && done < size && error == 0) opened = next_file();
  }
  g_output.size -= size;
  memmove(g_buffer, g_buffer + size, g_output.size);
  if (error == 0 && opened) return;
  g_failed = true;
  g_output.size = 0;
  g_reader_is_gone = error == EPIPE || error == ETIMEDOUT;
  request_exit();
  // A closed pipe (`| head`) is the reader's wish, not news.
  if (!opened)
    print_error(opened.text() + "; output is incomplete");
  else if (error == ETIMEDOUT)
    print_error("nobody reads " + g_name + ": " + std::to_string(lost) +
                " bytes and all that would follow are lost");
  else if (error != EPIPE)
    print_error("cannot write to " + g_name + ": " + strerror(error) + "; output is incomplete");
}

}  // namespace

void flush_output() {
  take_prints(g_prints.size);
  if (g_output.size != 0) flush(g_output.size);
}

void make_room_in_output(const Sink& sink) {
  if (&sink == &g_prints)
    return take_prints(kPrintSize - static_cast<u32>(incomplete_utf8({g_printed, kPrintSize})));
  auto* last = static_cast<const char*>(memrchr(g_buffer, '\n', g_output.size));
  flush(last ? static_cast<u32>(last - g_buffer) + 1 : g_output.size);
}

void set_output_watch(std::function<bool()> is_waiting_over) {
  g_is_waiting_over = std::move(is_waiting_over);
}

void share_output_with_command() {
  struct stat file;
  g_shared_pipe = g_fd == STDOUT_FILENO && fstat(g_fd, &file) == 0 && S_ISFIFO(file.st_mode);
}

bool output_reader_is_gone() { return g_reader_is_gone; }

bool output_failed() { return g_failed; }

void color_messages(const std::string& error, const std::string& warning) {
  g_error_color = error;
  g_warning_color = warning;
}

void silence_warnings() { g_silent = true; }

void repeat_warnings() { g_repeats = true; }

namespace {
void print_warning(const Message& message) {
  // As stap does: the same warning once, and not for ever more, but with -vv.
  static std::unordered_set<std::string> seen;
  if (g_silent || (!g_repeats && seen.size() < 1024 && !seen.insert(message.text).second)) return;
  print_message(kWarning, message);
}
}  // namespace

void print_warning(const std::string& text) { print_warning(Message{.text = text}); }

void print_note(const std::string& text) { print_message(kNote, {.text = text}); }

void print_error(const std::string& text) { print_message(kError, {.text = text}); }

void print_error(const Message& message) { print_message(kError, message); }

void warn(View text) {
  print_warning(Message{.from = Speaker::Script,
                        .text = std::string(text.data, text.size),
                        .probe = g_is_json ? g_print_probe : nullptr});
}

void let_child_print() {
  if (g_is_json && g_fd == STDOUT_FILENO) dup2(STDERR_FILENO, STDOUT_FILENO);
}

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
