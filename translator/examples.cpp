#include "examples.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <vector>

#include "support/own_files.h"

namespace coretap {

namespace {

namespace fs = std::filesystem;

/// All examples, by name.
std::vector<fs::path> examples() {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::recursive_directory_iterator at(own_files().examples, error), end; !error && at != end;
       at.increment(error))
    if (at->path().extension() == ".stp") found.push_back(at->path());
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return a.filename() < b.filename(); });
  return found;
}

/// The first sentence of the comment at the top, behind the line of "#!".
std::string summary_of(const fs::path& script) {
  std::ifstream file(script);
  std::string sentence;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#!")) continue;
    const size_t text = line.find_first_not_of("#/ ");
    if (!(line.starts_with("#") || line.starts_with("//")) || text == std::string::npos) break;
    sentence += (sentence.empty() ? "" : " ") + line.substr(text);
    if (const size_t end = sentence.find(". "); end != std::string::npos) {
      sentence.resize(end);
      break;
    }
    if (sentence.ends_with('.') || sentence.ends_with(':')) {
      sentence.pop_back();
      break;
    }
  }
  return sentence;
}

Diagnostic& report_none(Diagnostics& diagnostics, const std::string& message) {
  return diagnostics.error("no-such-example", message);
}

}  // namespace

std::string find_example(const std::string& name, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const fs::path& path : examples()) {
    const std::string within = fs::path(path).lexically_relative(own_files().examples).string();
    for (const std::string& known : {path.stem().string(), path.filename().string(), within})
      if (name == known) return path.string();
    names.push_back(path.stem().string());
  }
  Diagnostic& message = report_none(
      diagnostics, "there is no example '" + name + "' in '" + own_files().examples + "'");
  if (const std::string similar = similar_hint(name, names); !similar.empty())
    message.hint(similar);
  message.hint("'coretap --example' lists all");
  return "";
}

std::vector<std::string> example_names() {
  std::vector<std::string> names;
  for (const fs::path& path : examples()) names.push_back(path.stem().string());
  return names;
}

int list_examples(std::ostream& out, std::ostream& errors) {
  const std::vector<fs::path> all = examples();
  if (all.empty()) {
    Diagnostics diagnostics;
    report_none(diagnostics, "there are no examples in '" + own_files().examples + "'")
        .hint("they come with coretap: move or copy it with all that it was installed with");
    diagnostics.flush(errors);
    return 1;
  }
  for (const fs::path& path : all)
    out << std::left << std::setw(16) << path.stem().string() << ' ' << summary_of(path) << '\n';
  return 0;
}

}  // namespace coretap
