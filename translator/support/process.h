// Running the tools that coretap drives: started side by side, output captured.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/common/result.h"

namespace coretap {

/// A started command. Its standard error is collected; standard output goes there too.
struct Job {
  int pid = -1;
  int output_fd = -1;
  int input_fd = -1;   ///< writing end of its standard input, for feed()
  ct::Status started;  ///< a failure: why it could not be started
};

struct JobResult {
  int exit_code = -1;  ///< 128+N when killed by signal N; -1 when it could not be started
  std::string output;
};

/// What a command reads from its standard input.
enum class Input { None, Fed };

/// How a tool is run. Its environment is made anew, so that what it makes is decided by its command line: the absolute
/// folders of $PATH, the library path, the C locale, and the working folder for temporary files.
struct ToolCommand {
  std::vector<std::string> argv;  ///< argv[0] is a path
  Input input = Input::None;
  int folder = -1;           ///< descriptor of its working folder; -1: coretap's
  pid_t group = 0;           ///< process group (Guard::group); 0: coretap's
  std::string library_path;  ///< $LD_LIBRARY_PATH, or ""
};

/// Starts the tool, without a shell.
Job start(const ToolCommand& command);
/// Writes all that `job` is to read, and ends its input. A job that has ended meanwhile is left to
/// finish() to report.
void feed(Job& job, const std::string& text);
/// Waits for the end of `job`.
JobResult finish(Job& job);

}  // namespace coretap
