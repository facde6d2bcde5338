#include "support/elsewhere.h"

#include <algorithm>
#include <iterator>

namespace coretap {

namespace {

struct Word {
  BpftraceWord kind;
  const char *name, *here, *remark;
};

constexpr Word kBpftrace[] = {
#define BPFTRACE(kind, name, here, remark) {BpftraceWord::kind, name, here, remark},
#include "support/bpftrace.def"
#undef BPFTRACE
};

constexpr struct {
  std::string_view name, why;
} kMissing[] = {
#define SYSTEMTAP_MISSING(name, why) {name, why},
#include "support/systemtap_missing.def"
#undef SYSTEMTAP_MISSING
};

constexpr const char* kDeclarations[] = {"int",    "long",   "char", "short", "unsigned", "signed",
                                         "float",  "double", "bool", "void",  "const",    "struct",
                                         "static", "let",    "var",  "auto",  "my"};

constexpr struct {
  const char *word, *hint;
} kWordsOfC[] = {
    {"NULL", "a null pointer is 0"},
    {"nullptr", "a null pointer is 0"},
    {"true", "true is 1"},
    {"false", "false is 0"},
    {"goto", "there is no 'goto': 'next' ends the handler, 'break' and 'continue' are for loops"},
    {"do", "there is no 'do': a loop is while (…) { … }"},
    {"switch", "there is no 'switch': write if (…) … else if (…) …"},
    {"case", "there is no 'switch': write if (…) … else if (…) …"},
    {"elif", "write 'else if'"},
    {"elsif", "write 'else if'"},
};

/// "arg12" for "arg0": what bpftrace numbers is in the table once.
std::string numbered_as_0(std::string_view name) {
  const size_t digits = name.find_last_not_of("0123456789") + 1;
  return std::string(name.substr(0, digits)) + (digits < name.size() ? "0" : "");
}

}  // namespace

std::string bpftrace_hint(BpftraceWord kind, std::string_view name) {
  const std::string known =
      kind == BpftraceWord::Variable ? numbered_as_0(name) : std::string(name);
  for (const Word& word : kBpftrace) {
    if (word.kind != kind || known != word.name) continue;
    if (kind == BpftraceWord::Probe && *word.here)
      return "this looks like bpftrace's language; SystemTap's is: " + std::string(word.here) +
             " { … }";
    const std::string of_bpftrace = "bpftrace's '" + std::string(name) + "' ";
    if (*word.here) return of_bpftrace + "is written " + word.here;
    return of_bpftrace + "is not here: " + word.remark;
  }
  return "";
}

std::string bpftrace_call_hint(std::string_view name) {
  const std::string hint = bpftrace_hint(BpftraceWord::Function, name);
  return hint.empty() ? bpftrace_hint(BpftraceWord::Map, name) : hint;
}

std::string systemtap_hint(std::string_view name) {
  for (const auto& [missing, why] : kMissing)
    if (name == missing)
      return "SystemTap's '" + std::string(name) + "' is not here: " + std::string(why);
  return "";
}

bool begins_declaration_elsewhere(std::string_view word) {
  return std::any_of(std::begin(kDeclarations), std::end(kDeclarations),
                     [&](const char* each) { return word == each; });
}

std::string c_hint(std::string_view word) {
  for (const auto& [known, hint] : kWordsOfC)
    if (word == known) return hint;
  return "";
}

}  // namespace coretap
