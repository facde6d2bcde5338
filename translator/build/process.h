// Running the tools that coretap drives: started side by side, output captured.
#pragma once

#include <string>
#include <vector>

namespace coretap {

/// A started command. Its standard error is collected; standard output goes there too.
struct Job {
  int pid = -1;
  int output_fd = -1;
  int input_fd = -1;  ///< writing end of its standard input, for feed()
  std::string error;  ///< why it could not be started, or ""
};

struct JobResult {
  int exit_code = -1;  ///< 128+N when killed by signal N; -1 when it could not be started
  std::string output;
};

/// What a command reads from its standard input.
enum class Input { None, Fed };

/// Starts argv[0] (searched in $PATH) without a shell.
Job start(const std::vector<std::string>& argv, Input input = Input::None);
/// Writes all that `job` is to read, and ends its input. A job that has ended meanwhile is left to
/// finish() to report.
void feed(Job& job, const std::string& text);
/// Waits for the end of `job`.
JobResult finish(Job& job);

/// Full path of a program in $PATH, or "".
std::string find_program(const std::string& name);

}  // namespace coretap
