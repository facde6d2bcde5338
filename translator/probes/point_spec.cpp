#include "probes/point_spec.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>

#include "dwarf/demangle.h"
#include "dwarf/overloads.h"

namespace coretap::probes {

namespace {

std::optional<uint32_t> parse_line(std::string_view text) {
  uint32_t line = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), line);
  if (error != std::errc() || end != text.data() + text.size() || line == 0) return std::nullopt;
  return line;
}

std::optional<LineRange> parse_range(std::string_view text) {
  size_t dash = text.find('-');
  std::optional<uint32_t> first = parse_line(text.substr(0, dash)), last = first;
  if (dash != std::string_view::npos) last = parse_line(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return LineRange{*first, *last};
}

/// "12", "3,5-7" or "*" into `spec`; false if it is something else.
bool parse_lines(std::string_view text, PointSpec& spec) {
  if (text == "*") {
    spec.every_line = true;
    return true;
  }
  while (true) {
    size_t comma = text.find(',');
    std::optional<LineRange> range = parse_range(text.substr(0, comma));
    if (!range) return false;
    spec.lines.push_back(*range);
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

/// Takes the parameters off "ns::f(int) const", and not the name's own parentheses: "operator()", "{lambda(int)#1}".
void take_parameters(PointSpec& spec) {
  std::string name = spec.function;
  const std::string_view qualifier = " const";
  if (name.ends_with(qualifier)) name.resize(name.size() - qualifier.size());
  if (!name.ends_with(')')) return;
  const size_t begin = debug::begin_of_parameters(name);
  if (begin == std::string::npos || begin == 0) return;
  std::string before = name.substr(0, begin);
  while (before.ends_with(' ')) before.pop_back();
  const std::string_view call = "operator";
  const bool is_call = before == call || before.ends_with("::operator");
  if (is_call && name.substr(begin) == "()") return;
  spec.parameters = name.substr(begin + 1, name.size() - begin - 2);
  spec.function = before;
}

}  // namespace

bool PointSpec::contains(uint32_t line, uint32_t decl) const {
  if (!has_lines() || every_line) return true;
  uint32_t wanted = relative ? line - decl : line;
  return std::any_of(lines.begin(), lines.end(), [&](const LineRange& range) {
    return range.first <= wanted && wanted <= range.last;
  });
}

std::optional<PointSpec> parse_point_spec(const std::string& text, const Span& at,
                                          Diagnostics& diagnostics) {
  auto bad = [&](const std::string& why) {
    diagnostics.semantic_error("probe-spec", at, why)
        .hint("the form is FUNCTION[@FILE[:LINE]], where LINE is one of 12 3-8 3,5-7 * or +2");
    return std::nullopt;
  };
  PointSpec spec;
  // A C++ function name may hold "::" but never '@', and a file name is what may hold ':' or '+'
  // (g++): the line is what follows the last of them.
  size_t separator = text.find('@');
  spec.function = text.substr(0, separator);
  if (spec.function.empty()) {
    if (separator == std::string::npos) return bad("the function name is empty");
    spec.function = "*";
  }
  std::string rest = separator == std::string::npos ? "" : text.substr(separator + 1);
  std::string* holder = separator == std::string::npos ? &spec.function : &rest;
  size_t mark = holder->find_last_of(separator == std::string::npos ? "+" : ":+");
  bool is_operator =
      holder->starts_with("operator") || holder->find("::operator") != std::string::npos;
  if (mark != std::string::npos && !(separator == std::string::npos && is_operator)) {
    spec.relative = (*holder)[mark] == '+';
    std::string lines = holder->substr(mark + 1);
    bool is_file_name = spec.relative && !lines.empty() && !isdigit(lines[0]) && lines != "*";
    if (!is_file_name) {
      if (!parse_lines(lines, spec)) return bad("'" + lines + "' is not a line number or range");
      holder->resize(mark);
    } else {
      spec.relative = false;
    }
  }
  take_parameters(spec);
  if (separator != std::string::npos) {
    if (rest.empty()) return bad("the file name behind '@' is empty");
    spec.file = rest == "*" ? "" : rest;
  }
  return spec;
}

std::vector<std::string> similar_functions(const std::string& name,
                                           const std::vector<std::string>& known) {
  constexpr size_t kMost = 5;
  std::set<std::string> instances;
  for (const std::string& function : known) {
    const size_t arguments = function.find(name + "<");
    if (arguments == 0 || (arguments != std::string::npos && arguments >= 2 &&
                           function.compare(arguments - 2, 2, "::") == 0))
      instances.insert(function);
  }
  if (instances.empty()) return similar_names(name, known);
  std::vector<std::string> first(instances.begin(), instances.end());
  first.resize(std::min(first.size(), kMost));
  return first;
}

}  // namespace coretap::probes
