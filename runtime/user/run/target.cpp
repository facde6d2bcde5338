#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>
#include <string_view>

#include "runtime/common/clock.h"
#include "runtime/common/command_words.h"
#include "runtime/user/kernel/rights.h"
#include "runtime/user/output/output.h"
#include "signals.h"

namespace ct {

Target::~Target() {
  // Never let go: the session failed before the probes were live.
  if (pid_ > 0 && !released_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (go_fd_ >= 0) close(go_fd_);
  if (error_fd_ >= 0) close(error_fd_);
  if (step_) munmap(step_, sizeof *step_);
}

namespace {

/// Reads or writes all of a short message; false if the other end has gone.
template <typename Call, typename Message>
bool transfer(Call call, int fd, Message& message) {
  ssize_t n;
  do {
    n = call(fd, &message, sizeof message);
  } while (n < 0 && errno == EINTR);
  return n == sizeof message;
}

/// The file that execvp() would run. It is looked for before the probes are live: each folder of $PATH that
/// execvp() tries is a failed execve() in the script's output. The name itself if it is nowhere.
std::string executable(const std::string& name) {
  const char* path = getenv("PATH");
  if (name.find('/') != std::string::npos || !path) return name;
  for (std::string_view rest = path;;) {
    size_t end = rest.find(':');
    std::string folder(rest.substr(0, end));
    std::string file = folder.empty() ? "./" + name : folder + "/" + name;
    struct stat status;
    if (stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0)
      return file;
    if (end == std::string_view::npos) return name;
    rest.remove_prefix(end + 1);
  }
}

/// Looks again and again until `is_done()`, or until seconds have passed: false. Without a system call: the vDSO tells the time.
template <typename Condition>
bool spin_until(Condition is_done) {
  constexpr s64 kPatience = 3'000'000'000;
  for (const s64 begin = clock_ns(CLOCK_MONOTONIC); !is_done();)
    if (clock_ns(CLOCK_MONOTONIC) - begin > kPatience) return false;
  return true;
}

}  // namespace

/// `answer_fd` first gets the process's number in the kernel, and then errno, if exec fails.
void Target::run_child(const std::string& command, int go_fd, int answer_fd,
                       std::atomic<Step>& step) {
  std::vector<std::string> words;
  if (!split_command(command, words)) words = {"/bin/sh", "-c", command};
  std::string file = executable(words[0]);
  s64 pid = is_in_pid_namespace() ? own_pid_in_kernel() : getpid();
  if (!transfer(write, answer_fd, pid)) _exit(0);
  std::vector<char*> arguments;
  for (std::string& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  restore_signals_in_child();
  let_child_print();
  char byte;
  if (!transfer(read, go_fd, byte)) _exit(0);  // the session gave up
  // A session that did not wait any longer has written Released already.
  Step asleep = Step::Asleep;
  step.compare_exchange_strong(asleep, Step::Awake);
  auto is_released = [&] { return step == Step::Released; };
  // Seconds are for a session whose output is blocked: then the processor is worth more than a target without events.
  if (!spin_until(is_released))
    for (pollfd session = {go_fd, 0, 0}; !is_released();)
      if (poll(&session, 1, 10) > 0) _exit(0);  // the session is gone
  execvp(file.c_str(), arguments.data());
  int error = errno;
  transfer(write, answer_fd, error);
  _exit(127);
}

Status Target::start(const std::string& command) {
  int go[2], error[2];
  if (pipe2(go, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0)
    return Status::of_errno(errno, "cannot start -c command: ");
  void* shared =
      mmap(nullptr, sizeof *step_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return Status::of_errno(errno, "cannot start -c command: ");
  step_ = new (shared) std::atomic<Step>(Step::Asleep);
  flush_output();
  pid_ = fork();
  if (pid_ < 0) return Status::of_errno(errno, "cannot start -c command: ");
  if (pid_ == 0) {
    close(go[1]);
    close(error[0]);
    run_child(command, go[0], error[1], *step_);
  }
  close(go[0]);
  close(error[1]);
  go_fd_ = go[1];
  error_fd_ = error[0];
  if (!transfer(read, error_fd_, pid_in_kernel_)) pid_in_kernel_ = -1;
  return {};
}

void Target::wake() {
  char byte = 1;
  if (!transfer(write, go_fd_, byte)) return;
  // The child may need this very CPU.
  spin_until([&] { return *step_ == Step::Awake || sched_yield() != 0; });
}

Status Target::go() {
  released_ = true;
  *step_ = Step::Released;
  int error = 0;
  // A successful exec closes the pipe: nothing to read.
  if (!transfer(read, error_fd_, error)) return {};
  waitpid(pid_, nullptr, 0);
  ended_ = true;
  return Status::of_errno(error);
}

bool Target::ended() {
  if (!ended_ && pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
  return ended_;
}

}  // namespace ct
