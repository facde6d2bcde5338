#include "support/embedded_c.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace coretap {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The first identifier from `at` on that begins with `prefix`; `at` becomes its end. "" if none does.
std::string next_identifier(const std::string& code, const std::string& prefix, size_t& at) {
  while ((at = code.find(prefix, at)) != std::string::npos) {
    bool begins = at == 0 || !is_name(code[at - 1]);
    size_t begin = at;
    while (at < code.size() && is_name(code[at])) at++;
    if (begins) return code.substr(begin, at - begin);
  }
  return "";
}

bool is_any_of(const std::string& name, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The text without comments, and without what is in quotes.
std::string code_only(const std::string& code) {
  std::string out;
  for (size_t i = 0; i < code.size(); i++) {
    if (code.compare(i, 2, "/*") == 0 || code.compare(i, 2, "//") == 0) {
      const char* end = code[i + 1] == '*' ? "*/" : "\n";
      size_t at = code.find(end, i + 2);
      if (at == std::string::npos) break;
      i = at + (code[i + 1] == '*');
      out += ' ';
    } else if (code[i] == '"' || code[i] == '\'') {
      char quote = code[i++];
      for (; i < code.size() && code[i] != quote; i++) i += code[i] == '\\';
      out += '0';
    } else {
      out += code[i];
    }
  }
  return out;
}

}  // namespace

bool has_pragma(const std::string& code, const std::string& name) {
  return code.find("/* " + name + " */") != std::string::npos;
}

PlainC plain_c(const std::string& code) {
  std::string text = code_only(code);
  if (text.find('#') != std::string::npos) return PlainC::No;
  bool calls = false;
  for (size_t at = 0; at < text.size();) {
    if (!is_name(text[at])) {
      at++;
      continue;
    }
    size_t begin = at;
    while (at < text.size() && is_name(text[at])) at++;
    std::string name = text.substr(begin, at - begin);
    // Kernel types and variables. Any other name that is not called is a variable of the text.
    if (is_any_of(name, {"struct", "union", "enum", "current", "jiffies", "init_task", "THIS",
                         "CONTEXT", "asm", "__asm__", "extern"}))
      return PlainC::No;
    size_t next = text.find_first_not_of(" \t\n", at);
    if (next == std::string::npos || text[next] != '(') continue;
    if (is_any_of(name, {"if", "while", "for", "switch", "return", "sizeof", "STAP_RETURN"}))
      continue;
    calls = true;
    if (!is_any_of(name, {"strchr",  "strrchr", "strstr",  "strlen",     "strnlen",    "strcmp",
                          "strncmp", "strcpy",  "strncpy", "strlcpy",    "strlcat",    "strcat",
                          "strncat", "strspn",  "strcspn", "strpbrk",    "memcpy",     "memmove",
                          "memset",  "memcmp",  "memchr",  "snprintf",   "sprintf",    "isdigit",
                          "isalpha", "isalnum", "isspace", "isprint",    "isxdigit",   "isupper",
                          "islower", "toupper", "tolower", "STAP_ERROR", "STAP_PRINTF"}))
      return PlainC::No;
  }
  bool text_result =
      calls || text.find('[') != std::string::npos || text.find('*') != std::string::npos;
  return text_result ? PlainC::UserSpace : PlainC::BothSides;
}

std::vector<std::string> embedded_arguments(const std::string& code) {
  const std::string prefix = "STAP_ARG_";
  std::vector<std::string> names;
  size_t at = 0;
  for (std::string each; !(each = next_identifier(code, prefix, at)).empty();) {
    std::string name = each.substr(prefix.size());
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  return names;
}

std::string embedded_global_macro(const std::string& code) {
  size_t at = 0;
  return next_identifier(code, "STAP_GLOBAL_", at);
}

}  // namespace coretap
