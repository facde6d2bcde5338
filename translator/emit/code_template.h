// Text of generated code that looks like the code. An emitter writes
//
//   out += fill(R"(
//       struct {
//         __uint(type, BPF_MAP_TYPE_${type});
//         ${has_key?}__type(key, ${key});
//       } ${name} SEC(".maps");
//   )", {{"type", type}, {"has_key", !key.empty()}, {"key", key}, {"name", name}});
//
// - The text begins behind the first line break. The indentation of its first line that is not empty is taken from every line.
// - `${name}` becomes the value of that name. Where it is all of a line, the value is lines of its own, each with its
//   line break, and indented as that line is: nothing, for an empty value.
// - A line that begins with `${name?}` is there only if the value is: true, or not empty. `${!name?}` is the opposite.
//   Alone on a line, they say so of all lines up to `${end}`; these may be indented further.
//
// A line that is indented less than the first, a name without a value and a value that no line asks for are faults of the
// emitter (internal_error).
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace coretap {

struct TemplateValue {
  std::string_view name;
  std::string text;

  TemplateValue(std::string_view n, std::string value) : name(n), text(std::move(value)) {}
  TemplateValue(std::string_view n, const char* value) : name(n), text(value) {}
  template <std::integral Number>
  TemplateValue(std::string_view n, Number value)
      : name(n), text(std::same_as<Number, bool> ? (value ? "1" : "") : std::to_string(value)) {}
};

std::string fill(std::string_view text, std::initializer_list<TemplateValue> values);

}  // namespace coretap
