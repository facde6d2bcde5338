#include "standard_input.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/user/harness/harness.h"
#include "runtime/user/values/current_program.h"
#include "served_files.h"

namespace ct {
namespace {

/// The line so far; `is_whole` when its end has come.
std::string g_line;
bool g_line_is_whole = false;

void note_character(char c, u32 max_string) {
  if (g_line_is_whole) g_line.clear();
  g_line_is_whole = c == '\n';
  if (g_line.size() + 1 < max_string) g_line += c;
}

/// epoll takes pipes, sockets and terminals: what is always ready it refuses.
bool is_always_ready() {
  struct stat status;
  if (fstat(STDIN_FILENO, &status) != 0) return true;
  bool can_wait = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ||
                  (S_ISCHR(status.st_mode) && isatty(STDIN_FILENO));
  return !can_wait;
}

}  // namespace

void input_line(Out to) {
  View line = {g_line.data(), g_line_is_whole ? static_cast<u32>(g_line.size()) : 0};
  copy(to, line);
}

Status StandardInput::open(const Program& program) {
  for (u32 i = 0; i < program.user_handler_count; ++i) {
    const UserHandler& h = program.user_handlers[i];
    if (h.event == UserEvent::FileWrite && strcmp(h.file, kStandardInput) == 0)
      handlers_.push_back(&h);
  }
  if (handlers_.empty()) return {};
  is_own_ = is_always_ready();
  fd_ = is_own_ ? eventfd(1, EFD_CLOEXEC) : STDIN_FILENO;
  if (fd_ < 0) return Status::of_errno(errno, "cannot wait for standard input: ");
  // A job in the background must not touch its terminal.
  if (!is_own_ && tcgetpgrp(STDIN_FILENO) == getpgrp() && tcgetattr(STDIN_FILENO, &before_) == 0) {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    is_changed_ = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  return {};
}

bool StandardInput::take(const std::function<void(const UserHandler&)>& run) {
  char c;
  ssize_t n = ::read(STDIN_FILENO, &c, 1);
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  if (n == 0) return false;
  note_character(c, current_program().max_string);
  for (const UserHandler* handler : handlers_) {
    give_file_value({&c, 1});
    run(*handler);
  }
  return true;
}

void StandardInput::close() {
  if (is_changed_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  is_changed_ = false;
  if (is_own_ && fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace ct
