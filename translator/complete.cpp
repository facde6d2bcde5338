#include "complete.h"

#include <getopt.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include "complete_points.h"
#include "examples.h"
#include "option_table.h"

namespace coretap {

namespace {

const OptionRow* row_of_letter(char letter) {
  for (const OptionRow& row : option_table())
    if (row.code == letter) return &row;
  return nullptr;
}

const OptionRow* row_of_name(const std::string& name) {
  for (const OptionRow& row : option_table())
    if (row.name && name == row.name) return &row;
  return nullptr;
}

/// The option of `word` that takes the next word as its value, or null.
const OptionRow* option_that_waits(const std::string& word) {
  const OptionRow* row = nullptr;
  if (word.starts_with("--")) {
    row = row_of_name(word.substr(2));
  } else if (word.starts_with('-')) {
    for (size_t i = 1; i < word.size(); i++) {
      row = row_of_letter(word[i]);
      // A letter that takes a value has the rest of the word, if there is one.
      if (row && row->value_name && i + 1 < word.size()) return nullptr;
    }
  }
  return row && row->value_name && !has_optional_value(*row) ? row : nullptr;
}

/// The options of the words before the cursor.
Options options_of(std::vector<std::string> words) {
  words.insert(words.begin(), "coretap");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Options options;
  std::ostringstream ignored;  // a command line that is not complete
  optind = 0;                  // getopt_long(3): begin anew
  (void)parse_options(static_cast<int>(words.size()), arguments.data(), options, ignored);
  return options;
}

void write(std::ostream& out, const char* how, const std::vector<std::string>& candidates) {
  out << how << '\n';
  for (const std::string& candidate : candidates) out << candidate << '\n';
}

std::vector<std::string> processes() {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end;
       at.increment(error)) {
    const std::string number = at->path().filename().string();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(at->path() / "comm");
    if (std::string name; std::getline(file, name)) found.push_back(number + "\t" + name);
  }
  return found;
}

std::vector<std::string> words_in(const char* text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

void complete_value(const OptionRow& row, const std::string& typed, const Options& options,
                    std::ostream& out) {
  switch (row.value) {
    case OptionValue::None:
    case OptionValue::Text: return write(out, "words", {});
    case OptionValue::File: return write(out, "files", {});
    case OptionValue::Folder: return write(out, "folders", {});
    case OptionValue::Command: return write(out, "commands", {});
    case OptionValue::Process: return write(out, "words", processes());
    case OptionValue::Words: return write(out, "words", words_in(row.words));
    case OptionValue::Object:
    case OptionValue::ProbePoint: return write(out, "parts", complete_points(typed, options));
    case OptionValue::Script: return write(out, "parts", complete_script(typed, options));
  }
}

std::vector<std::string> options_that_begin(const std::string& typed) {
  std::vector<std::string> found;
  for (const OptionRow& row : option_table()) {
    if (row.group == OptionGroup::Hidden || row.group == OptionGroup::Refused) continue;
    const std::string letter =
        has_letter(row) ? std::string("-") + static_cast<char>(row.code) : "";
    std::string name = row.name ? std::string("--") + row.name : "";
    if (row.name && row.value_name && !has_optional_value(row)) name += '=';
    for (const std::string& spelling : {letter, name})
      if (!spelling.empty() && spelling.starts_with(typed))
        found.push_back(spelling + "\t" + row.text);
  }
  return found;
}

}  // namespace

void complete(std::vector<std::string> words, std::ostream& out) {
  const std::string typed = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  const OptionRow* waiting = words.empty() ? nullptr : option_that_waits(words.back());
  if (waiting) words.pop_back();
  const Options options = options_of(words);
  if (waiting) return complete_value(*waiting, typed, options, out);
  if (const size_t equals = typed.find('=');
      typed.starts_with("--") && equals != std::string::npos) {
    const OptionRow* row = row_of_name(typed.substr(2, equals - 2));
    if (row) complete_value(*row, typed.substr(equals + 1), options, out);
    return;
  }
  // "parts": --build= goes on.
  if (typed.starts_with('-')) return write(out, "parts", options_that_begin(typed));
  const bool has_script = options.has_script_text || !options.script_path.empty();
  if (options.is_example && !has_script) return write(out, "words", example_names());
  write(out, "files", {});
}

}  // namespace coretap
