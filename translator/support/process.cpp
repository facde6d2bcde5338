#include "support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "support/descriptor.h"

namespace coretap {

namespace {

/// $PATH without what is relative to the working folder, which may be anybody's. Without $PATH, g++ does not
/// find its own parts.
std::string absolute_path_folders() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
  std::string kept;
  for (std::string folder; std::getline(folders, folder, ':');)
    if (folder.starts_with('/')) kept += (kept.empty() ? "" : ":") + folder;
  return kept;
}

std::vector<std::string> environment_of(const ToolCommand& command) {
  std::vector<std::string> environment{"PATH=" + absolute_path_folders(), "LC_ALL=C"};
  if (command.folder >= 0) environment.push_back("TMPDIR=.");
  if (!command.library_path.empty())
    environment.push_back("LD_LIBRARY_PATH=" + command.library_path);
  return environment;
}

/// The form that exec takes; good as long as `strings` lives.
std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> raw;
  for (const std::string& text : strings) raw.push_back(const_cast<char*>(text.c_str()));
  raw.push_back(nullptr);
  return raw;
}

/// Spawns with these descriptors as standard input (-1: /dev/null) and output; errno's value, or 0.
int spawn(const ToolCommand& command, int input, int output, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input >= 0)
    posix_spawn_file_actions_adddup2(&actions, input, 0);
  else
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  if (command.folder >= 0) posix_spawn_file_actions_addfchdir_np(&actions, command.folder);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, command.group);
  sigset_t defaults;  // what started us may have ignored them
  sigemptyset(&defaults);
  for (int signal : {SIGTERM, SIGINT, SIGPIPE}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  short flags = POSIX_SPAWN_SETSIGDEF;
  if (command.group > 0) flags |= POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes, flags);
  std::vector<std::string> environment = environment_of(command);
  mode_t mask = umask(077);  // the tool inherits it: what it makes is ours alone
  int error = posix_spawn(&pid, command.argv[0].c_str(), &actions, &attributes,
                          pointers(command.argv).data(), pointers(environment).data());
  umask(mask);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

Job start(const ToolCommand& command) {
  Job job;
  int output[2];
  // A socket, for send() can do without SIGPIPE.
  int input[2] = {-1, -1};
  if (pipe2(output, O_CLOEXEC) != 0) {
    job.started = ct::Status::of_errno(errno);
    return job;
  }
  Descriptor reads(output[0]), written(output[1]);
  if (command.input == Input::Fed &&
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) != 0) {
    job.started = ct::Status::of_errno(errno);
    return job;
  }
  Descriptor feeds(input[0]), fed(input[1]);
  if (int error = spawn(command, fed.get(), written.get(), job.pid)) {
    job.pid = -1;
    job.started = ct::Status::of_errno(error);
    return job;
  }
  job.output_fd = reads.release();
  job.input_fd = feeds.release();
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
    result.output = job.started.text();
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

}  // namespace coretap
