#include "build/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

extern char** environ;

namespace coretap {

Job start(const std::vector<std::string>& argv, Input input) {
  Job job;
  int pipe_fds[2];
  // A socket, for send() can do without SIGPIPE.
  int input_fds[2] = {-1, -1};
  if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
    job.error = std::strerror(errno);
    return job;
  }
  if (input == Input::Fed && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input_fds) != 0) {
    job.error = std::strerror(errno);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return job;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input == Input::Fed)
    posix_spawn_file_actions_adddup2(&actions, input_fds[1], 0);
  else
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], 1);
  posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], 2);
  std::vector<char*> raw;
  for (const std::string& arg : argv) raw.push_back(const_cast<char*>(arg.c_str()));
  raw.push_back(nullptr);
  pid_t pid = -1;
  int error = posix_spawnp(&pid, raw[0], &actions, nullptr, raw.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_fds[1]);
  if (input == Input::Fed) close(input_fds[1]);
  if (error) {
    close(pipe_fds[0]);
    if (input == Input::Fed) close(input_fds[0]);
    job.error = std::strerror(error);
    return job;
  }
  job.pid = pid;
  job.output_fd = pipe_fds[0];
  job.input_fd = input_fds[0];
  return job;
}

void feed(Job& job, const std::string& text) {
  if (job.input_fd < 0) return;
  size_t done = 0;
  while (done < text.size()) {
    ssize_t n = send(job.input_fd, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    done += static_cast<size_t>(n);
  }
  close(job.input_fd);
  job.input_fd = -1;
}

JobResult finish(Job& job) {
  JobResult result;
  if (job.pid < 0) {
    result.output = job.error;
    return result;
  }
  feed(job, "");
  char buffer[4096];
  for (ssize_t n; (n = read(job.output_fd, buffer, sizeof buffer)) != 0;) {
    if (n > 0)
      result.output.append(buffer, static_cast<size_t>(n));
    else if (errno != EINTR)
      break;
  }
  close(job.output_fd);
  int status = 0;
  while (waitpid(job.pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  job.pid = -1;
  return result;
}

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream dirs(path ? path : "/usr/local/bin:/usr/bin:/bin");
  std::string dir;
  while (std::getline(dirs, dir, ':')) {
    std::string candidate = (dir.empty() ? "." : dir) + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

}  // namespace coretap
