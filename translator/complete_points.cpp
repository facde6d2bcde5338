// A probe point is parts with dots between them, and a part may have an argument in brackets. What is typed ends within a name or
// within an argument. A name goes on as the table of probe types says, or as a name of an alias. An argument goes on as the listing of
// the same point says, with "*" for the argument: of all names, not of those that begin as typed, so that the
// cache has the answer when the next letter is typed.
#include "complete_points.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "driver.h"
#include "syntax/point_text.h"

namespace coretap {

namespace {

namespace fs = std::filesystem;

/// A probe point that is not complete.
struct Typed {
  std::string before;               ///< all that stays as it is
  std::vector<std::string> shapes;  ///< the parts in `before`: "process(string)"
  std::string name;                 ///< of the last part, maybe not whole
  std::string argument;             ///< what is typed of its argument
  enum { Name, String, Number } ends_in = Name;
};

Typed parse(const std::string& text) {
  Typed typed;
  size_t i = begin_of_last_point(text);
  typed.before = text.substr(0, i);
  while (true) {
    const size_t begin = i;
    while (i < text.size() && text[i] != '.' && text[i] != '(') i++;
    typed.name = text.substr(begin, i - begin);
    typed.ends_in = Typed::Name;
    std::string shape = typed.name;
    if (i < text.size() && text[i] == '(') {
      const bool is_string = i + 1 < text.size() && text[i + 1] == '"';
      const size_t argument = i + (is_string ? 2 : 1);
      const size_t end = text.find(is_string ? "\")" : ")", argument);
      typed.ends_in = is_string ? Typed::String : Typed::Number;
      typed.argument = text.substr(std::min(argument, text.size()));
      if (end == std::string::npos) return typed;
      shape += is_string ? "(string)" : "(number)";
      i = end + (is_string ? 2 : 1);
    }
    if (i >= text.size() || text[i] != '.') {
      // Complete but for what may follow a dot.
      if (typed.ends_in != Typed::Name) {
        typed.before = text;
        typed.shapes.push_back(shape);
        typed.name.clear();
        typed.ends_in = Typed::Number;
      }
      return typed;
    }
    i++;
    typed.shapes.push_back(shape);
    typed.before = text.substr(0, i);
  }
}

/// What coretap prints with these options, without its messages.
std::string printed(const Options& options) {
  std::ostringstream out, messages;
  std::streambuf* const old_out = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const old_messages = std::cerr.rdbuf(messages.rdbuf());
  drive(options);
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_messages);
  return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> names(Options::Mode mode, const Options& options) {
  Options asked = options;
  asked.mode = mode;
  return lines_of(printed(asked));
}

std::vector<std::string> listing(const std::string& pattern, const Options& options) {
  Options asked = options;
  asked.mode = Options::Mode::List;
  asked.listing = pattern;
  asked.no_warnings = true;
  return lines_of(printed(asked));
}

/// The parts of a probe type or an alias.
std::vector<std::string> parts_of(const std::string& point) {
  std::vector<std::string> parts;
  std::istringstream stream(point);
  for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
  return parts;
}

/// As the beginning of a part is typed: "function(string)" is `function("`.
std::string opened(const std::string& shape) {
  const size_t bracket = shape.find('(');
  if (bracket == std::string::npos) return shape;
  return shape.substr(0, bracket) + (shape.compare(bracket, 8, "(string)") == 0 ? "(\"" : "(");
}

void complete_name(const Typed& typed, const Options& options, std::set<std::string>& found) {
  for (Options::Mode mode : {Options::Mode::DumpProbeTypes, Options::Mode::DumpProbeAliases}) {
    for (const std::string& point : names(mode, options)) {
      const std::vector<std::string> parts = parts_of(point);
      const size_t at = typed.shapes.size();
      if (parts.size() <= at ||
          !std::equal(typed.shapes.begin(), typed.shapes.end(), parts.begin()) ||
          !parts[at].starts_with(typed.name))
        continue;
      // What begins with '_' is for the tapsets themselves.
      if (parts[at].starts_with('_') && !typed.name.starts_with('_')) continue;
      found.insert(typed.before + opened(parts[at]));
    }
  }
}

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

/// The folders and programs in `folder` whose names begin with `start`. `shown` is the folder as it is typed.
void add_programs(const std::string& folder, const std::string& shown, const std::string& start,
                  bool with_folders, const std::string& before, std::set<std::string>& found) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(start) || (name.starts_with('.') && !start.starts_with('.'))) continue;
    std::error_code ignored;
    if (with_folders && at->is_directory(ignored))
      found.insert(before + shown + name + "/");
    else if (is_program(at->path()))
      found.insert(before + shown + name + "\")");
  }
}

void complete_path(const Typed& typed, std::set<std::string>& found) {
  const std::string before = typed.before + typed.name + "(\"";
  const size_t slash = typed.argument.rfind('/');
  if (slash != std::string::npos) {
    const std::string folder = typed.argument.substr(0, slash + 1);
    add_programs(folder, folder, typed.argument.substr(slash + 1), true, before, found);
    return;
  }
  add_programs(".", "", typed.argument, true, before, found);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (folder.starts_with('/')) add_programs(folder, "", typed.argument, false, before, found);
}

void complete_module(const Typed& typed, std::set<std::string>& found) {
  std::ifstream modules("/proc/modules");
  for (std::string line; std::getline(modules, line);)
    if (line.starts_with(typed.argument))
      found.insert(typed.before + typed.name + "(\"" + line.substr(0, line.find(' ')) + "\")");
}

/// The argument of the part `name` in a line of a listing; "" if it has none.
std::string argument_in(const std::string& line, const std::string& name) {
  const size_t begin = line.rfind(name + "(\"");
  if (begin == std::string::npos) return "";
  const size_t text = begin + name.size() + 2, end = line.find("\")", text);
  return end == std::string::npos ? "" : line.substr(text, end - text);
}

/// `F@/dir/file.c:12` as it is mostly typed: `F@file.c:12`.
std::string with_short_file(const std::string& place) {
  const size_t at = place.find('@'), slash = place.rfind('/');
  if (at == std::string::npos || slash == std::string::npos || slash < at) return place;
  return place.substr(0, at + 1) + place.substr(slash + 1);
}

/// Names that the listing of the point has for its last argument.
void complete_listed(const Typed& typed, const Options& options, std::set<std::string>& found) {
  const size_t begin = begin_of_last_point(typed.before);
  const std::string point = typed.before.substr(begin);
  const std::string before = typed.before + typed.name + "(\"";
  const bool is_line = typed.name == "statement";
  const size_t at = typed.argument.find('@');
  const bool in_file = is_line && at != std::string::npos;
  std::string asked = is_line ? "function(\"*\")" : typed.name + "(\"*\")";
  if (in_file) asked = "statement(\"" + typed.argument.substr(0, at) + "@*:*\")";
  if (typed.name == "provider") asked += ".mark(\"*\")";
  for (const std::string& line : listing(point + asked, options)) {
    std::string name = argument_in(line, is_line && !in_file ? "function" : typed.name);
    if (in_file)
      name = typed.argument.find('/') == std::string::npos ? with_short_file(name) : name;
    else if (const size_t file = name.find('@'); file != std::string::npos)
      name.resize(file);
    // A tracepoint is also known without its group: "sched:sched_switch".
    const std::string alone = name.substr(name.find(':') + 1);
    if (typed.name == "trace" && alone != name && !typed.argument.empty() &&
        alone.starts_with(typed.argument))
      found.insert(before + alone + "\")");
    if (name.empty() || !name.starts_with(typed.argument)) continue;
    found.insert(before + name + (is_line && !in_file ? "@" : "\")"));
  }
}

}  // namespace

std::vector<std::string> complete_points(const std::string& text, const Options& options) {
  const Typed typed = parse(text);
  std::set<std::string> found;
  if (typed.ends_in == Typed::Name)
    complete_name(typed, options, found);
  else if (typed.ends_in == Typed::String && typed.name == "process")
    complete_path(typed, found);
  else if (typed.ends_in == Typed::String && typed.name == "module")
    complete_module(typed, found);
  else if (typed.ends_in == Typed::String)
    complete_listed(typed, options, found);
  return {found.begin(), found.end()};
}

std::vector<std::string> complete_script(const std::string& text, const Options& options) {
  const size_t keyword = text.rfind("probe ");
  if (keyword == std::string::npos || text.find('{', keyword) != std::string::npos) return {};
  const size_t begin = text.find_first_not_of(' ', keyword + 5);
  const std::string script = text.substr(0, begin);
  std::vector<std::string> candidates =
      complete_points(begin == std::string::npos ? "" : text.substr(begin), options);
  for (std::string& candidate : candidates) candidate.insert(0, script);
  return candidates;
}

}  // namespace coretap
