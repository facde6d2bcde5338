#include "lessons/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <sstream>

#include "support/descriptor.h"
#include "support/file.h"

namespace coretap::lessons {

std::string editor() {
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return "";
  for (const char* name : {"VISUAL", "EDITOR"})
    if (const char* value = getenv(name); value && *value) return value;
  return "";
}

std::string answer_file(const Lesson& lesson) {
  return "lesson-" + std::to_string(lesson.number) + ".stp";
}

ct::Status begin_answer(const Lesson& lesson) {
  Descriptor file(open(answer_file(lesson).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) return errno == EEXIST ? ct::Status() : ct::Status::of_errno(errno);
  std::string text = "# Lesson " + std::to_string(lesson.number) + ": " + lesson.title + "\n#\n";
  std::istringstream task(lesson.text.substr(lesson.text.rfind("\nTask: ") + 1));
  for (std::string line; std::getline(task, line);)
    text += line.empty() ? "#\n" : "# " + line + "\n";
  return write_all(file.get(), text + "\n");
}

ct::Status edit_answer(const std::string& editor, const Lesson& lesson) {
  // As git and others start it: the variable may have options of the editor.
  const int status = system((editor + " " + answer_file(lesson)).c_str());
  if (status == 0) return {};
  return ct::Status("the editor '" + editor + "' failed");
}

}  // namespace coretap::lessons
