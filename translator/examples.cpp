#include "examples.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <ostream>
#include <tuple>
#include <vector>

#include "support/own_files.h"

namespace coretap {

namespace {

namespace fs = std::filesystem;

/// All examples, by name; of equal names the one that is in no folder comes first.
std::vector<fs::path> examples() {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::recursive_directory_iterator at(own_files().examples, error), end; !error && at != end;
       at.increment(error))
    if (at->path().extension() == ".stp") found.push_back(at->path());
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
    const auto key = [](const fs::path& path) {
      return std::tuple(path.filename(), std::distance(path.begin(), path.end()), path);
    };
    return key(a) < key(b);
  });
  return found;
}

/// The example's path below the examples' folder, without ".stp".
std::string path_of(const fs::path& example) {
  return example.lexically_relative(own_files().examples).replace_extension().string();
}

/// The name of each of all examples: its own, or with its folder if an example before it has that name.
std::vector<std::string> names_of(const std::vector<fs::path>& all) {
  std::vector<std::string> names;
  for (size_t i = 0; i < all.size(); i++) {
    const bool again = i > 0 && all[i - 1].filename() == all[i].filename();
    names.push_back(again ? path_of(all[i]) : all[i].stem().string());
  }
  return names;
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
  const std::vector<fs::path> all = examples();
  for (const fs::path& path : all) {
    const std::string within = path_of(path);
    for (const std::string& known :
         {path.stem().string(), path.filename().string(), within, within + ".stp"})
      if (name == known) return path.string();
  }
  Diagnostic& message = report_none(
      diagnostics, "there is no example '" + name + "' in '" + own_files().examples + "'");
  if (const std::string similar = similar_hint(name, names_of(all)); !similar.empty())
    message.hint(similar);
  message.hint("'coretap --example' lists all");
  return "";
}

std::vector<std::string> example_names() { return names_of(examples()); }

int list_examples(std::ostream& out, std::ostream& errors) {
  const std::vector<fs::path> all = examples();
  if (all.empty()) {
    Diagnostics diagnostics;
    report_none(diagnostics, "there are no examples in '" + own_files().examples + "'")
        .hint("they come with coretap: move or copy it with all that it was installed with");
    diagnostics.flush(errors);
    return 1;
  }
  const std::vector<std::string> names = names_of(all);
  for (size_t i = 0; i < all.size(); i++)
    out << std::left << std::setw(16) << names[i] << ' ' << summary_of(all[i]) << '\n';
  return 0;
}

}  // namespace coretap
