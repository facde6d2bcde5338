#include "lessons/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <sstream>

#include "support/descriptor.h"
#include "support/file.h"

namespace coretap::lessons {

namespace {

std::string page_name(const Lesson& lesson) {
  return std::filesystem::path(lesson.folder).filename().string() + ".md";
}

/// What CommonMark would take for more than a character. Lines that are indented are code, where it takes all as it is.
std::string escaped(const std::string& line) {
  if (line.compare(0, 4, "    ") == 0) return line;
  std::string out;
  for (char c : line) {
    if (c == '\\' || c == '<' || c == '*' || c == '_' || c == '`') out += '\\';
    out += c;
  }
  return out;
}

std::string page(const Lesson& lesson, const std::string& workload) {
  std::string out =
      "# Lesson " + std::to_string(lesson.number) + ": " + escaped(lesson.title) + "\n\n";
  std::istringstream text(lesson.text);
  bool was_code = false, was_empty = true;
  for (std::string line; std::getline(text, line); was_empty = line.empty()) {
    const bool is_code = line.compare(0, 4, "    ") == 0;
    // Code begins behind an empty line only.
    if (is_code && !was_code && !was_empty) out += "\n";
    if (!line.empty()) was_code = is_code;
    out += escaped(line) + "\n";
  }
  if (!workload.empty()) out += "\nThe workload:\n\n```c\n" + workload + "```\n";
  return out + "\n`coretap --lesson " + std::to_string(lesson.number) +
         " SCRIPT` checks your script.\n";
}

ct::Status write_new(const std::string& path, const std::string& text) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) return ct::Status::of_errno(errno, path + ": ");
  if (ct::Status written = write_all(file.get(), text); !written)
    return ct::Status(path + ": " + written.text());
  return {};
}

}  // namespace

ct::Status write_pages(const std::vector<Lesson>& lessons, const std::string& folder) {
  if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
    return ct::Status::of_errno(errno, folder + ": ");
  std::string list = "# Lessons of tracing with coretap\n\n";
  for (const Lesson& lesson : lessons) {
    std::string workload;
    if (lesson.has_workload) {
      ct::Result<std::string> read = read_file(lesson.folder + "/workload.c", 1 << 20);
      if (!read) return read.failure();
      workload = *read;
    }
    if (ct::Status written = write_new(folder + "/" + page_name(lesson), page(lesson, workload));
        !written)
      return written;
    list += std::to_string(lesson.number) + ". [" + escaped(lesson.title) + "](" +
            page_name(lesson) + ")\n";
  }
  return write_new(folder + "/README.md", list);
}

}  // namespace coretap::lessons
