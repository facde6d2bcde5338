#include "lessons/lesson.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>

#include "support/file.h"

namespace coretap::lessons {

namespace fs = std::filesystem;

namespace {

constexpr size_t kMostBytes = 1 << 20;  ///< of a lesson's text

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Without blanks at the ends of lines, and without empty lines.
std::string normalised(const std::string& text) {
  std::istringstream stream(text);
  std::string all;
  for (std::string line; std::getline(stream, line);)
    if (line = trimmed(line); !line.empty()) all += line + "\n";
  return all;
}

std::optional<long long> number_in(const std::string& text) {
  const std::string plain = trimmed(text);
  char* end = nullptr;
  errno = 0;
  const long long value = std::strtoll(plain.c_str(), &end, 10);
  if (plain.empty() || *end != 0 || errno != 0) return std::nullopt;
  return value;
}

/// "equals {calls} => text"
std::optional<Hint> parse_hint(const std::string& row) {
  static const struct {
    const char* word;
    Hint::When when;
  } kWords[] = {{"nothing", Hint::Nothing},
                {"equals", Hint::Equals},
                {"more", Hint::More},
                {"less", Hint::Less},
                {"otherwise", Hint::Otherwise}};
  const size_t arrow = row.find("=>");
  if (arrow == std::string::npos) return std::nullopt;
  const std::string condition = trimmed(row.substr(0, arrow));
  const std::string word = condition.substr(0, condition.find(' '));
  Hint hint;
  hint.text = trimmed(row.substr(arrow + 2));
  hint.pattern = trimmed(condition.substr(word.size()));
  for (const auto& [name, when] : kWords) {
    if (word != name) continue;
    hint.when = when;
    const bool takes_pattern = when != Hint::Nothing && when != Hint::Otherwise;
    if (takes_pattern == hint.pattern.empty() || hint.text.empty()) return std::nullopt;
    return hint;
  }
  return std::nullopt;
}

ct::Result<Lesson> read_lesson(const fs::path& folder) {
  const std::string path = (folder / "lesson.txt").string();
  ct::Result<std::string> text = read_file(path, kMostBytes);
  if (!text) return ct::Status(path + ": " + text.failure().text());
  Lesson lesson;
  lesson.folder = folder.string();
  lesson.number = std::strtoul(folder.filename().c_str(), nullptr, 10);
  std::error_code ignored;
  lesson.has_workload = fs::exists(folder / "workload.c", ignored);
  std::istringstream stream(*text);
  size_t number = 0;
  for (std::string line; std::getline(stream, line) && line != "---";) {
    number++;
    auto value_of = [&](const std::string& key) {
      return line.starts_with(key) ? std::optional(trimmed(line.substr(key.size()))) : std::nullopt;
    };
    if (auto title = value_of("title:")) {
      lesson.title = *title;
    } else if (auto answer = value_of("answer:")) {
      lesson.answer += *answer + "\n";
    } else if (auto row = value_of("hint ")) {
      std::optional<Hint> hint = parse_hint(*row);
      if (!hint) return ct::Status(path + ":" + std::to_string(number) + ": this is not a hint");
      lesson.hints.push_back(*std::move(hint));
    } else {
      return ct::Status(path + ":" + std::to_string(number) + ": this is not a row of a lesson");
    }
  }
  lesson.text.assign(std::istreambuf_iterator<char>(stream), {});
  const bool ends_well = !lesson.hints.empty() && lesson.hints.back().when == Hint::Otherwise;
  if (lesson.number == 0 || lesson.title.empty() || lesson.answer.empty() || !ends_well)
    return ct::Status(path + ": a number, a title, an answer or the last hint is missing");
  return lesson;
}

bool fits(const Hint& hint, const std::string& output, const std::string& pattern) {
  if (hint.when == Hint::Nothing) return normalised(output).empty();
  if (hint.when == Hint::Equals) return normalised(output) == normalised(pattern);
  if (hint.when == Hint::Otherwise) return true;
  const std::optional<long long> given = number_in(output), compared = number_in(pattern);
  if (!given || !compared) return false;
  return hint.when == Hint::More ? *given > *compared : *given < *compared;
}

}  // namespace

ct::Result<std::vector<Lesson>> read_lessons(const std::string& folder) {
  std::vector<Lesson> lessons;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (!entry.is_directory()) continue;
    ct::Result<Lesson> lesson = read_lesson(entry.path());
    if (!lesson) return lesson.failure();
    lessons.push_back(*std::move(lesson));
  }
  if (error) return ct::Status(folder + ": " + error.message());
  std::sort(lessons.begin(), lessons.end(),
            [](const Lesson& a, const Lesson& b) { return a.number < b.number; });
  return lessons;
}

Truth read_truth(const std::string& text) {
  Truth truth;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (const size_t equals = line.find('='); equals != std::string::npos)
      truth[line.substr(0, equals)] = line.substr(equals + 1);
  return truth;
}

ct::Result<std::string> fill(const std::string& pattern, const Truth& truth) {
  std::string filled;
  for (size_t at = 0; at < pattern.size();) {
    const size_t open = pattern.find('{', at), close = pattern.find('}', open);
    if (open == std::string::npos || close == std::string::npos) return filled + pattern.substr(at);
    const std::string name = pattern.substr(open + 1, close - open - 1);
    const auto known = truth.find(name);
    if (known == truth.end()) return ct::Status("the workload did not say what '" + name + "' is");
    filled += pattern.substr(at, open - at) + known->second;
    at = close + 1;
  }
  return filled;
}

ct::Result<std::string> judge(const Lesson& lesson, const std::string& output, const Truth& truth) {
  ct::Result<std::string> right = fill(lesson.answer, truth);
  if (!right) return right;
  if (normalised(output) == normalised(*right)) return std::string();
  for (const Hint& hint : lesson.hints) {
    ct::Result<std::string> pattern = fill(hint.pattern, truth);
    if (!pattern) return pattern;
    if (fits(hint, output, *pattern)) return fill(hint.text, truth);
  }
  return ct::Status("lesson " + std::to_string(lesson.number) + " has no hint for this answer");
}

}  // namespace coretap::lessons
