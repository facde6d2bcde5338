#include "remote/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace coretap::remote {

namespace {

constexpr const char* kReady = "coretap-remote ready ";
constexpr const char* kRun = "coretap-remote run";
/// ssh's own failures.
constexpr int kSshFailed = 255;
/// Of what is kept of its words: the last ones say why it ended.
constexpr size_t kMostWords = 16384;

// $1 is the size of the binary and $2 its name; the others are its arguments. It stands in single quotes, on one line and
// without '!', so that any shell of a user passes it on. `head` may read beyond the binary: nothing is sent there before "run".
// A shell that waits runs the trap when the binary has ended; without it, a signal would leave the folder.
constexpr const char* kScript =
    "umask 077; trap : HUP INT TERM PIPE; "
    "echo coretap-remote ready \"$(uname -s)\" \"$(uname -m)\"; "
    "d=$(mktemp -d \"${TMPDIR:-/tmp}/coretap.XXXXXXXXXX\") || exit 1; "
    "f=$d/$2; n=$1; shift 2; s=1; "
    "head -c \"$n\" >\"$f\"; "
    "if [ \"$(wc -c <\"$f\")\" -eq \"$n\" ] && chmod 700 \"$f\"; then "
    "echo coretap-remote run; \"$f\" \"$@\"; s=$?; fi; "
    "rm -rf \"$d\"; exit \"$s\"";

/// Does the other machine, which says in `line` what it is, run programs of ours? `theirs`: what it said.
bool is_our_machine(const std::string& line, std::string& theirs) {
  theirs = line.substr(std::string(kReady).size());
  utsname ours = {};
  return uname(&ours) == 0 && theirs == std::string(ours.sysname) + " " + ours.machine;
}

bool make_pipe(Descriptor& read_end, Descriptor& write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  read_end = Descriptor(ends[0]);
  write_end = Descriptor(ends[1]);
  return true;
}

/// A process in a session of its own, so that the terminal's Ctrl-C is ours alone.
ct::Result<pid_t> spawn(const std::vector<std::string>& words, int input, int output, int error) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, error, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes,
                           static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF));
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, argv[0], &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (failed) return ct::Status::of_errno(failed, words[0] + ": ");
  return pid;
}

/// The last line of `text` with something in it, which is where ssh gives its reason.
std::string last_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (char c : text) {
    if (c == '\'')
      word += "'\\''";
    else
      word += c;
  }
  return word + "'";
}

ct::Status Connection::start() {
  std::vector<std::string> there = {
      "sh", "-c", kScript, "sh", std::to_string(job_.binary.size()), job_.name};
  there.insert(there.end(), job_.arguments.begin(), job_.arguments.end());
  std::vector<std::string> words;
  if (address_.direct) {
    words = there;
  } else {
    std::string line;
    for (const std::string& word : there) line += (line.empty() ? "" : " ") + shell_word(word);
    words = {"ssh", "-T", "-o", "BatchMode=yes", "-o", "ServerAliveInterval=15"};
    if (!address_.port.empty()) words.insert(words.end(), {"-p", address_.port});
    words.insert(words.end(), {"--", address_.host, line});
  }
  Descriptor input, output, error;
  if (!make_pipe(input, input_) || !make_pipe(output_, output) || !make_pipe(error_, error))
    return ct::Status::of_errno(errno, "cannot make a pipe: ");
  ct::Result<pid_t> started = spawn(words, input.get(), output.get(), error.get());
  if (!started) return started.failure();
  pid_ = *started;
  for (int fd : {input_.get(), output_.get(), error_.get()}) fcntl(fd, F_SETFL, O_NONBLOCK);
  return {};
}

void Connection::send() {
  if (!wants_to_send()) return;
  const ssize_t n = write(input_.get(), job_.binary.data() + sent_, job_.binary.size() - sent_);
  if (n > 0) sent_ += static_cast<size_t>(n);
  if (n < 0 && errno != EAGAIN && errno != EINTR)
    let_go();  // why it is gone is told on its outputs
}

void Connection::tell(char word) {
  if (!input_) return;
  ssize_t ignored = write(input_.get(), &word, 1);
  (void)ignored;
}

/// A line of standard output before the script's own. What is not of ours was printed by the login there.
void Connection::on_word(const std::string& line) {
  if (step_ == Step::Connecting && line.starts_with(kReady)) {
    std::string theirs;
    words_.clear();  // ssh's words on the way, a banner for instance
    step_ = Step::Copying;
    if (is_our_machine(line, theirs)) return;
    trouble_ = Trouble::Machine;
    words_ = theirs;
    let_go();
  } else if (step_ == Step::Copying && line == kRun) {
    step_ = Step::Ready;
  }
}

bool Connection::receive(bool error, std::string& text) {
  std::array<char, 65536> bytes;
  Descriptor& from = error ? error_ : output_;
  const ssize_t n = read(from.get(), bytes.data(), bytes.size());
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (n <= 0) {
    from = Descriptor();
    return false;
  }
  std::string_view come(bytes.data(), static_cast<size_t>(n));
  // Standard error is also ssh's own, which says there why it ends.
  if (error) {
    if (step_ == Step::Running) text += come;
    if (trouble_ == Trouble::Machine) return true;
    words_ += come;
    if (words_.size() > kMostWords) words_.erase(0, words_.size() - kMostWords);
    return true;
  }
  while (step_ < Step::Ready && !come.empty()) {
    const size_t end = come.find('\n');
    heard_ += come.substr(0, end);
    come.remove_prefix(end == std::string_view::npos ? come.size() : end + 1);
    if (end == std::string_view::npos) break;
    on_word(heard_);
    heard_.clear();
  }
  text += come;
  return true;
}

void Connection::abandon() {
  let_go();
  if (pid_ > 0) kill(-pid_, SIGTERM);
}

void Connection::finish() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  const bool is_lost = exit_status_ == kSshFailed || WIFSIGNALED(status);
  words_ = trouble_ == Trouble::Machine ? words_ : last_line(words_);
  if (trouble_ == Trouble::None) {
    switch (step_) {
      case Step::Connecting: trouble_ = Trouble::Connect; break;
      case Step::Copying: trouble_ = is_lost ? Trouble::Lost : Trouble::Copy; break;
      default:
        trouble_ = exit_status_ == 0 ? Trouble::None
                   : is_lost         ? Trouble::Lost
                   // Of the shell: it could not be executed. Binaries end with 0 and 1.
                   : exit_status_ == 126 || exit_status_ == 127 ? Trouble::Start
                                                                : Trouble::Failed;
    }
  }
  step_ = Step::Ended;
}

}  // namespace coretap::remote
