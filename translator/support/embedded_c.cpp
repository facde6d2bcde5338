#include "support/embedded_c.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <initializer_list>
#include <optional>

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

/// Where C that does not say its side can run: it names nothing of the kernel.
enum class PlainC : uint8_t { No, UserSpace, BothSides };

/// Scripts for stap hold C that uses its STAP_ macros, variables of its own and functions of
/// <string.h> only: that is as good in user space, and without functions also in BPF.
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

std::vector<std::string> argument_names(const std::string& code) {
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

bool has_pragma(const std::string& code, const std::string& name) {
  return code.find("/* " + name + " */") != std::string::npos;
}

/// The word after `/* name `, or "".
std::string pragma_value(const std::string& code, const std::string& name) {
  size_t at = code.find("/* " + name + " ");
  if (at == std::string::npos) return "";
  at += name.size() + 4;
  size_t end = code.find(" */", at);
  return end == std::string::npos ? "" : code.substr(at, end - at);
}

/// The number in `/* name NUMBER */`. Other comments may begin with that word, too.
std::optional<uint32_t> pragma_number(const std::string& code, const std::string& name) {
  const std::string word = pragma_value(code, name);
  uint32_t number = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

/// The NAMEs of all `/* KEY NAME */` comments.
std::set<std::string> pragma_names(const std::string& code, const std::string& key) {
  std::set<std::string> names;
  for (size_t at = 0; (at = code.find("/* " + key, at)) != std::string::npos;) {
    at += key.size() + 3;
    names.insert(code.substr(at, code.find_first_of(" */", at) - at));
  }
  return names;
}

CallMeans call_means(const std::string& op) {
  if (op == "error") return CallMeans::Error;
  if (op == "next") return CallMeans::Next;
  if (op == "matched") return CallMeans::Matched;
  if (op == "ngroups") return CallMeans::Ngroups;
  return CallMeans::Call;
}

std::optional<SiteText> site_text(const std::string& name) {
  for (SiteText text : kSiteTexts)
    if (name == site_text_name(text)) return text;
  return std::nullopt;
}

}  // namespace

EmbeddedC::EmbeddedC(std::string code) : text(std::move(code)) {
  auto names = [&](const char* word) { return text.find(word) != std::string::npos; };
  arguments = argument_names(text);
  size_t at = 0;
  global_macro = next_identifier(text, "STAP_GLOBAL_", at);
  is_expression = !names("STAP_RETVALUE") && !names("STAP_RETURN");
  may_decline = names("STAP_NEXT");
  may_raise = names("STAP_ERROR") || names("_FAULT") || names("ct_fail") || names("ct_out") ||
              names("ct_rc") || has_pragma(text, "raises");

  says_kernel = has_pragma(text, "bpf");
  says_user = has_pragma(text, "harness");
  const PlainC plain = says_kernel || says_user ? PlainC::No : plain_c(text);
  for_kernel = says_kernel || plain == PlainC::BothSides;
  for_user = says_user || plain != PlainC::No;

  pure = has_pragma(text, "pure");
  guru = has_pragma(text, "guru");
  bytewise = pragma_number(text, "bytewise").value_or(0);
  serial = has_pragma(text, "serial");
  user_memory = has_pragma(text, "user-memory");
  asks_about_event = has_pragma(text, "event");
  at_exit = has_pragma(text, "at-exit");
  syscall_argument = has_pragma(text, "syscall-argument");
  gives_string = names("/* string");
  call = call_means(pragma_value(text, "op"));
  const std::string asked = pragma_value(text, "site");
  gives_probe_name = asked == "pn";
  site = gives_probe_name ? SiteText::Pp : site_text(asked);
  pointer = pragma_value(text, "pointer");
  string_cap = pragma_number(text, "string").value_or(0);
  walked_steps = pragma_number(text, "walks").value_or(walked_steps);
  reads = pragma_names(text, "pragma:read:");
  writes = pragma_names(text, "pragma:write:");
}

}  // namespace coretap
