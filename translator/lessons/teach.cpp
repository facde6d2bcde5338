// A script is judged by what it prints while the lesson's workload runs. It is run by this same program, in a process of its own, with
// limits: an answer may loop, or print without an end.
#include "lessons/teach.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "build/work_folder.h"
#include "lessons/editor.h"
#include "lessons/lesson.h"
#include "lessons/pages.h"
#include "runtime/common/terminal.h"
#include "support/file.h"
#include "support/lookups.h"
#include "support/own_files.h"
#include "support/process.h"

namespace coretap::lessons {

namespace {

constexpr auto kMostTime = std::chrono::seconds(60);
constexpr size_t kMostOutput = 1 << 20;  ///< bytes of an answer
constexpr rlim_t kMostFile =
    64 << 20;  ///< bytes of any file that the script's run writes; more ends it
constexpr size_t kShownOutput = 2000;  ///< bytes; a histogram is to be seen whole

/// How the learner's script ran.
struct Run {
  int status = 0;  ///< as waitpid() gives it
  bool took_too_long = false;
  std::string output, messages;
};

class Teacher {
 public:
  Teacher(const Asked& asked, Diagnostics& diagnostics)
      : asked_(asked), diagnostics_(diagnostics) {}

  int run() {
    ct::Result<std::vector<Lesson>> lessons = read_lessons(own_files().lessons);
    if (!lessons) {
      diagnostics_.error("own-file", "cannot read the lessons: " + lessons.failure().text());
      return 1;
    }
    if (!asked_.export_folder.empty()) return export_all(*lessons);
    if (asked_.number.empty()) return list(*lessons);
    for (const Lesson& lesson : *lessons)
      if (std::to_string(lesson.number) == asked_.number)
        return asked_.has_script ? check(lesson, asked_.script_path) : tell(lesson);
    diagnostics_.error("no-such-lesson", "there is no lesson '" + asked_.number + "'")
        .hint("coretap --lesson lists them: 1 to " + std::to_string(lessons->size()));
    return 1;
  }

 private:
  static int list(const std::vector<Lesson>& lessons) {
    for (const Lesson& lesson : lessons)
      std::cout << (lesson.number < 10 ? " " : "") << lesson.number << "  " << lesson.title << "\n";
    std::cout
        << "coretap --lesson N tells one of them; coretap --lesson N SCRIPT checks your answer.\n";
    return 0;
  }

  int export_all(const std::vector<Lesson>& lessons) {
    if (ct::Status written = write_pages(lessons, asked_.export_folder); !written) {
      diagnostics_.error("lesson-pages", "the pages cannot be written: " + written.text());
      return 1;
    }
    return 0;
  }

  int tell(const Lesson& lesson) {
    std::cout << "Lesson " << lesson.number << ": " << lesson.title << "\n\n" << lesson.text;
    if (const std::string command = editor(); !command.empty()) return edit(lesson, command);
    std::cout << "\nWhen your script is written: coretap --lesson " << lesson.number << " SCRIPT\n";
    return 0;
  }

  /// The learner writes and has it checked, until the answer is right or there is no more input.
  int edit(const Lesson& lesson, const std::string& command) {
    const std::string path = answer_file(lesson);
    for (int status = 0;;) {
      std::cout << "\nEnter opens your script, " << path << ", in " << command << "; Ctrl-D ends.\n"
                << std::flush;
      std::string line;
      if (!std::getline(std::cin, line)) return status;
      ct::Status edited = begin_answer(lesson);
      if (!edited) return cannot(path + ": " + edited.text()), 1;
      if (edited = edit_answer(command, lesson); !edited) return cannot(edited.text()), 1;
      status = check(lesson, path);
      if (status == 0 || diagnostics_.has_errors()) return status;
    }
  }

  int check(const Lesson& lesson, const std::string& script_path) {
    ct::Result<std::unique_ptr<WorkFolder>> folder = WorkFolder::make_private();
    if (!folder) return cannot("there is no folder to work in: " + folder.failure().text()), 1;
    folder_ = (*folder)->path();
    if (lesson.has_workload && !build_workload(lesson)) return 1;
    if (!prepare_script(script_path)) return 1;
    std::optional<Run> run = run_script(lesson);
    if (!run) return cannot("coretap cannot be started again"), 1;
    std::cerr << run->messages;
    if (run->took_too_long)
      return wrong("It did not end within " + std::to_string(kMostTime.count()) +
                       " seconds. A script ends when it calls exit(), or when the workload ends.",
                   run->output);
    const bool is_too_long = run->output.size() > kMostOutput ||
                             (WIFSIGNALED(run->status) && WTERMSIG(run->status) == SIGXFSZ);
    if (is_too_long)
      return wrong(
          "It printed more than " + std::to_string(kMostOutput) + " bytes, which is not an answer.",
          run->output);
    if (run->status != 0)
      return wrong("It did not run to its end; the message says why." +
                       std::string(geteuid() == 0 || !lesson.has_workload
                                       ? ""
                                       : " This lesson needs root; lesson 1 does not."),
                   run->output);
    const Truth truth = read_truth(read_file(folder_ + "/truth", kMostOutput).value_or(""));
    ct::Result<std::string> hint = judge(lesson, run->output, truth);
    if (!hint) return cannot(hint.failure().text()), 1;
    if (!hint->empty()) return wrong(*hint, run->output);
    std::cout << "Right. Lesson " << lesson.number << " is done.\n";
    return 0;
  }

  /// Always false.
  bool cannot(const std::string& why) {
    diagnostics_.error("lesson-run", "the lesson cannot be run: " + why);
    return false;
  }

  static int wrong(const std::string& hint, const std::string& output) {
    // What follows the last line break would be an empty line.
    const std::string start =
        output.substr(0, std::min(kShownOutput, output.find_last_not_of('\n') + 1));
    std::string shown;
    for (size_t at = 0; at < start.size();) {
      const size_t end = std::min(start.find('\n', at), start.size());
      shown += ct::terminal_safe(start.substr(at, end - at)) + (end < start.size() ? "\n" : "");
      at = end + 1;
    }
    if (output.size() > kShownOutput) shown += "…";
    // Several lines begin below the sentence, so that what is in columns stays in columns.
    const bool has_lines = shown.find('\n') != std::string::npos;
    std::cout << "Not yet. Your script printed:" << (has_lines ? "\n" : " ")
              << (shown.empty() ? "nothing" : shown) << "\nHint: " << hint << "\n";
    return 1;
  }

  bool build_workload(const Lesson& lesson) {
    Lookups lookups;
    const std::string compiler = lookups.program("gcc");
    if (compiler.empty()) return cannot("gcc, which compiles its workload, is not in $PATH");
    ToolCommand command;
    // As a program that one wants to look into: with debug information, not optimised.
    command.argv = {compiler,
                    "-g",
                    "-O0",
                    "-static",
                    "-o",
                    folder_ + "/workload",
                    lesson.folder + "/workload.c"};
    Job job = start(command);
    if (!job.started) return cannot(job.started.text());
    const JobResult result = finish(job);
    if (result.exit_code != 0) return cannot("gcc says: " + result.output);
    return true;
  }

  /// The learner's script, in a file.
  bool prepare_script(const std::string& path) {
    script_ = path;
    if (!script_.empty()) return true;
    script_ = folder_ + "/answer.stp";
    Descriptor file(open(script_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file && write_all(file.get(), asked_.script_text + "\n")) return true;
    return cannot("the script cannot be written to " + script_);
  }

  /// Nothing if no process could be made.
  std::optional<Run> run_script(const Lesson& lesson) const {
    const std::string output = folder_ + "/output", messages = folder_ + "/messages",
                      of_workload = folder_ + "/workload.output";
    std::vector<std::string> argv{"coretap", script_};
    // What the workload itself prints is not the script's answer.
    if (lesson.has_workload) argv.insert(argv.end(), {"-c", folder_ + "/workload", "-o", output});
    const pid_t child = fork();
    if (child < 0) return std::nullopt;
    if (child == 0) become(argv, lesson.has_workload ? of_workload : output, messages);
    setpgid(child, child);
    Run run;
    const auto end = std::chrono::steady_clock::now() + kMostTime;
    while (waitpid(child, &run.status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > end && !run.took_too_long) {
        run.took_too_long = true;
        kill(-child, SIGKILL);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    run.output = read_file(output, kMostFile).value_or("");
    run.messages = read_file(messages, kMostFile).value_or("").substr(0, kMostOutput);
    return run;
  }

  /// In the child: coretap with these arguments.
  [[noreturn]] void become(const std::vector<std::string>& argv, const std::string& output,
                           const std::string& messages) const {
    setpgid(0, 0);
    const rlimit size{kMostFile, kMostFile};
    setenv("CORETAP_TRUTH", (folder_ + "/truth").c_str(), 1);
    const int in = open("/dev/null", O_RDONLY);
    const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err = open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    std::vector<char*> arguments;
    for (const std::string& argument : argv)
      arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
        setrlimit(RLIMIT_FSIZE, &size) != 0)
      _exit(127);
    execv("/proc/self/exe", arguments.data());
    _exit(127);
  }

  const Asked& asked_;
  Diagnostics& diagnostics_;
  std::string folder_;  ///< for the workload and what is written
  std::string script_;
};

}  // namespace

int teach(const Asked& asked, Diagnostics& diagnostics) {
  return Teacher(asked, diagnostics).run();
}

}  // namespace coretap::lessons
