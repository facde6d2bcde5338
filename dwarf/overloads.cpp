#include "dwarf/overloads.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "dwarf/debug_data.h"
#include "dwarf/demangle.h"
#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/types_dwarf.h"

namespace coretap::debug {

namespace {

std::string without_blanks_around(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

/// What is in the last parentheses of a demangled name; nothing if it has none.
std::optional<std::string> parameters_in(const std::string& name) {
  const size_t begin = begin_of_parameters(name);
  if (begin == std::string::npos) return std::nullopt;
  const size_t end = name.rfind(')', name.find(" [clone "));
  return name.substr(begin + 1, end - begin - 1);
}

}  // namespace

std::vector<std::string> split_parameters(const std::string& text) {
  std::vector<std::string> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); i++) {
    const char c = i < text.size() ? text[i] : ',';
    if (c == '(' || c == '<' || c == '[' || c == '{') depth++;
    if (c == ')' || c == '>' || c == ']' || c == '}') depth--;
    if (c != ',' || (depth > 0 && i < text.size())) continue;
    parts.push_back(without_blanks_around(std::string_view(text).substr(begin, i - begin)));
    begin = i + 1;
  }
  const bool is_none = parts.size() == 1 && (parts[0].empty() || parts[0] == "void");
  if (is_none) parts.clear();
  return parts;
}

std::optional<std::vector<std::string>> demangled_parameters(const std::string& symbol) {
  if (!symbol.starts_with("_Z")) return std::nullopt;
  int status = 0;
  const std::unique_ptr<char, decltype(&free)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &free);
  std::optional<std::string> inside;
  if (text && status == 0) inside = parameters_in(text.get());
  if (!inside) return std::nullopt;
  return split_parameters(*inside);
}

ParameterTypes parameters_of(const DebugData& data, Dwarf_Die function) {
  ParameterTypes types;
  if (const char* linkage = die_text(&function, DW_AT_linkage_name))
    types.demangled = demangled_parameters(linkage);
  Dwarf_Die origin = die_origin(function);
  for_each_child(&origin, [&](Dwarf_Die* child) {
    if (dwarf_tag(child) == DW_TAG_unspecified_parameters) types.declared.emplace_back("...");
    if (dwarf_tag(child) != DW_TAG_formal_parameter || die_flag(child, DW_AT_artificial))
      return true;
    TypePtr type = type_of(data, child);
    types.declared.push_back(type ? type->spelling() : "void");
    return true;
  });
  return types;
}

}  // namespace coretap::debug
