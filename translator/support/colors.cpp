#include "support/colors.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>

namespace coretap {

namespace {

/// In the order of Paint, which begins at 1; the defaults are stap's.
constexpr const char* kKeys[] = {"error", "warning", "source", "caret", "token"};
constexpr const char* kDefaults = "error=01;31:warning=00;33:source=00;34:caret=01:token=01";
constexpr size_t kCount = std::size(kKeys);
constexpr char kEnd = 0x0e;  // a control character that is not a Paint

using Colors = std::array<std::string, kCount>;

Colors& chosen() {
  static Colors colors;
  return colors;
}

bool is_parameters(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789;") == std::string::npos;
}

/// "key=1;31:key=…". False, and then nothing is chosen, if it is something else.
bool parse(const std::string& text, Colors& colors) {
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ':');) {
    const size_t equals = part.find('=');
    size_t key = 0;
    while (key < kCount && part.substr(0, equals) != kKeys[key]) key++;
    if (equals == std::string::npos || key == kCount || !is_parameters(part.substr(equals + 1)))
      return false;
    colors[key] = part.substr(equals + 1);
  }
  return !text.empty();
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value;
}

bool terminal_shows_colors() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) && std::string(terminal ? terminal : "") != "dumb";
}

}  // namespace

std::string marked(Paint paint, std::string_view text) {
  return static_cast<char>(paint) + std::string(text) + kEnd;
}

std::string colored(std::string_view text) {
  std::string out;
  bool is_open = false;
  for (char c : text) {
    if (c == kEnd) {
      if (is_open) out += "\033[m\033[K";
      is_open = false;
    } else if (c >= 1 && c <= static_cast<char>(kCount)) {
      const std::string& color = color_of(static_cast<Paint>(c));
      is_open = !color.empty();
      if (is_open) out += "\033[" + color + "m\033[K";
    } else {
      out += c;
    }
  }
  return out;
}

void choose_colors(UseColor when) {
  chosen() = {};
  if (when == UseColor::Never) return;
  if (when == UseColor::Auto && (is_set("NO_COLOR") || !terminal_shows_colors())) return;
  const char* own = std::getenv("SYSTEMTAP_COLORS");
  Colors colors;
  if (parse(own ? own : kDefaults, colors)) chosen() = colors;
}

const std::string& color_of(Paint paint) { return chosen()[static_cast<size_t>(paint) - 1]; }

}  // namespace coretap
