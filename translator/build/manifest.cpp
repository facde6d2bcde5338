#include "build/manifest.h"

#include <sstream>

#include "build/hash.h"

namespace coretap {

namespace {

constexpr std::string_view kFirstLine = "coretap cache 2";

constexpr const char* kQuestionNames[] = {"file",           "path",          "program", "tool",
                                          "matches",        "folder",        "process", "library",
                                          "target-command", "target-process"};
static_assert(std::size(kQuestionNames) == static_cast<size_t>(Question::TargetProcess) + 1);

/// Names may hold anything but NUL; the record is lines and tabs.
std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) switch (c) {
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return out;
}

/// Long answers (what a wildcard matched) are kept as their hash.
std::string short_form(const std::string& answer) {
  constexpr size_t kMost = 200;
  return answer.size() > kMost || answer.find('\0') != std::string::npos ? "#" + hash_text(answer)
                                                                         : escaped(answer);
}

std::string made_line(Artifact artifact, const MappedFile& file) {
  return std::string("made ") + file_name(artifact) + " " + std::to_string(file.bytes().size()) +
         " " + hash_text(file.bytes());
}

std::optional<Question> question_named(std::string_view name) {
  for (size_t i = 0; i < std::size(kQuestionNames); i++)
    if (name == kQuestionNames[i]) return static_cast<Question>(i);
  return std::nullopt;
}

/// Takes the text up to `end` off the front.
std::string_view take(std::string_view& text, char end) {
  size_t at = text.find(end);
  std::string_view part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return part;
}

/// The lines between the first and the last, if both are as they must be.
std::optional<std::string_view> whole_lines(std::string_view manifest) {
  size_t end = manifest.rfind("\nend ");
  if (end == std::string_view::npos || !manifest.starts_with(kFirstLine)) return std::nullopt;
  std::string_view lines = manifest.substr(0, end + 1);
  if (manifest.substr(end + 1) != "end " + hash_text(lines) + "\n") return std::nullopt;
  return lines;
}

/// The file "NAME SIZE HASH" that was made; its whole line is `line`.
bool made_agrees(std::string_view line, const Artifacts& artifacts, size_t& found) {
  for (size_t i = 0; i < kArtifacts; i++) {
    auto artifact = static_cast<Artifact>(i);
    if (!artifacts[artifact].is_there() || made_line(artifact, artifacts[artifact]) != line)
      continue;
    found++;
    return true;
  }
  return false;
}

/// The question "KIND SUBJECT\tANSWER".
ct::Status check_answer(std::string_view line, const Lookups& lookups) {
  std::optional<Question> question = question_named(take(line, ' '));
  std::string subject = unescaped(take(line, '\t'));
  if (question && short_form(lookups.answer_today(*question, subject)) == line) return {};
  return ct::Status(subject.empty() ? "the target of -c or -x is another"
                                    : "'" + subject + "' has changed");
}

}  // namespace

std::string write_manifest(const Artifacts& artifacts, const Lookups& lookups) {
  std::string text = std::string(kFirstLine) + "\n";
  for (size_t i = 0; i < kArtifacts; i++) {
    auto artifact = static_cast<Artifact>(i);
    if (artifacts[artifact].is_there()) text += made_line(artifact, artifacts[artifact]) + "\n";
  }
  for (const Lookup& lookup : lookups.all())
    text += std::string("ask ") + kQuestionNames[static_cast<size_t>(lookup.question)] + " " +
            escaped(lookup.subject) + "\t" + short_form(lookup.answer) + "\n";
  return text + "end " + hash_text(text) + "\n";
}

ct::Status check_manifest(const std::string& manifest, const Artifacts& artifacts,
                          const Lookups& lookups) {
  ct::Status damaged("it is damaged");
  std::optional<std::string_view> lines = whole_lines(manifest);
  if (!lines) return damaged;
  take(*lines, '\n');
  size_t found = 0, present = 0;
  while (!lines->empty()) {
    std::string_view line = take(*lines, '\n'), rest = line;
    std::string_view kind = take(rest, ' ');
    if (kind == "made" && !made_agrees(line, artifacts, found)) return damaged;
    if (kind == "ask")
      if (ct::Status answer = check_answer(rest, lookups); !answer) return answer;
  }
  for (size_t i = 0; i < kArtifacts; i++) present += artifacts[static_cast<Artifact>(i)].is_there();
  return found == present ? ct::Status() : damaged;
}

}  // namespace coretap
