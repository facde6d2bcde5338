// The listing is that of a .statement point with every line, put beside the source: what it marks is what such a probe gets.
//
//     1 * 12    int total = 0;
//     2 ~ 13    for (int i = 0; i < n; i++)
//
// The first column is the number of sites; '*' means that each execution of the line counts, '~' that some may not, or may
// count again. Lines without a number cannot be probed.
#include "line_listing.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "runtime/common/json.h"
#include "runtime/common/terminal.h"
#include "runtime/common/words.h"
#include "support/file.h"

namespace coretap {

namespace {

struct Line {
  size_t count = 0;
  bool is_exact = true;
  std::set<std::string> functions;
  std::map<std::string, std::set<std::string>> variables;  ///< "$n:int", and where it is
};
using Lines = std::map<uint32_t, Line>;

std::map<std::string, Lines> lines_of(const Program& program) {
  std::map<std::string, Lines> files;
  for (const ElaboratedProbe& probe : program.probes)
    for (const probes::ResolvedProbe& site : probe.sites) {
      if (site.source.line == 0) continue;
      Line& line = files[site.source.file][site.source.line];
      line.count++;
      line.is_exact &= !site.may_miss && !site.may_repeat;
      if (!site.site.function.empty()) line.functions.insert(site.site.function);
      for (const auto& [name, place] : site.scope->readable()) line.variables[name].insert(place);
    }
  return files;
}

/// The source file's lines; none if it cannot be read.
std::vector<std::string> text_of(const std::string& path, Diagnostics& diagnostics) {
  constexpr size_t kMost = 64 << 20;
  ct::Result<std::string> text = read_file(path, kMost);
  std::vector<std::string> lines;
  if (!text) {
    diagnostics.warning("no-source", {},
                        "cannot read source file '" + path + "': " + text.failure().text());
    return lines;
  }
  std::istringstream stream(*text);
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

/// With a line before and behind those that can be probed, so that they can be read.
void print_text(std::ostream& out, const std::string& file, const Lines& lines,
                const std::vector<std::string>& text, bool with_variables) {
  out << ct::terminal_safe(file) << "\n";
  const uint32_t first = std::max<uint32_t>(lines.begin()->first, 2) - 1;
  const uint32_t last = std::max<uint32_t>(
      lines.rbegin()->first,
      std::min<uint32_t>(lines.rbegin()->first + 1, static_cast<uint32_t>(text.size())));
  for (uint32_t number = first; number <= last; number++) {
    auto line = lines.find(number);
    if (line == lines.end() && number > text.size()) continue;
    if (line == lines.end())
      out << std::setw(7) << "";
    else
      out << std::setw(5) << line->second.count << (line->second.is_exact ? " *" : " ~");
    out << std::setw(6) << number;
    if (number <= text.size()) out << "  " << ct::terminal_safe(text[number - 1]);
    out << "\n";
    if (line == lines.end() || !with_variables) continue;
    for (const auto& [name, places] : line->second.variables)
      out << std::setw(15) << "" << ct::terminal_safe(name) << "  " << ct::join(places, ", or ")
          << "\n";
  }
}

std::string json_list(const std::set<std::string>& texts) {
  ct::JsonList values;
  for (const std::string& text : texts) values.add(ct::json_string(text));
  return values.array();
}

void print_json(std::ostream& out, const std::map<std::string, Lines>& files,
                const std::map<std::string, std::vector<std::string>>& texts) {
  out << "{\"files\": [";
  const char* file_comma = "";
  for (const auto& [file, lines] : files) {
    const std::vector<std::string>& text = texts.at(file);
    out << file_comma << "\n  {\"file\": " << ct::json_string(file) << ", \"lines\": [";
    file_comma = ",";
    const char* comma = "";
    for (const auto& [number, line] : lines) {
      out << comma << "\n    {\"line\": " << number << ", \"sites\": " << line.count
          << ", \"exact\": " << (line.is_exact ? "true" : "false")
          << ", \"functions\": " << json_list(line.functions)
          << ", \"text\": " << (number <= text.size() ? ct::json_string(text[number - 1]) : "null")
          << ", \"variables\": [";
      comma = ",";
      const char* variable_comma = "";
      for (const auto& [name, places] : line.variables) {
        const size_t colon = name.find(':');
        out << variable_comma << "{\"name\": " << ct::json_string(name.substr(0, colon))
            << ", \"type\": " << ct::json_string(name.substr(colon + 1))
            << ", \"where\": " << json_list(places) << "}";
        variable_comma = ", ";
      }
      out << "]}";
    }
    out << "\n  ]}";
  }
  out << "\n]}\n";
}

}  // namespace

int list_lines(Program& program, const LineListing& how, ListingOutput& out) {
  const std::map<std::string, Lines> files = lines_of(program);
  std::map<std::string, std::vector<std::string>> texts;
  for (const auto& [file, lines] : files) {
    program.lookups.file(file);
    texts[file] = text_of(file, program.diagnostics);
  }
  program.diagnostics.flush(std::cerr);
  if (files.empty() || program.diagnostics.has_errors()) return 1;
  std::ostringstream text;
  if (how.as_json)
    print_json(text, files, texts);
  else
    for (const auto& [file, lines] : files)
      print_text(text, file, lines, texts.at(file), how.with_variables);
  out.text(text.str());
  return 0;
}

}  // namespace coretap
