#include "help.h"

#include <ostream>
#include <sstream>
#include <string>

#include "option_table.h"
#include "runtime/user/run/options.h"

namespace coretap {

namespace {

constexpr size_t kTextColumn = 17, kWidth = 100;

const char* heading(OptionGroup group) {
  switch (group) {
    case OptionGroup::Run: return "Run";
    case OptionGroup::Build: return "Build";
    case OptionGroup::Look: return "Look";
    case OptionGroup::NoEffect: return "Without effect";
    case OptionGroup::Refused: return "Refused";
    case OptionGroup::Hidden: return "Hidden";
  }
  return "";
}

const char* kind(OptionValue value) {
  switch (value) {
    case OptionValue::None: return "none";
    case OptionValue::Text: return "text";
    case OptionValue::File: return "file";
    case OptionValue::Folder: return "folder";
    case OptionValue::Command: return "command";
    case OptionValue::Process: return "process";
    case OptionValue::ProbePoint: return "probe-point";
    case OptionValue::Object: return "object";
    case OptionValue::Script: return "script";
    case OptionValue::Words: return "words";
  }
  return "";
}

std::string letter(const OptionRow& row) {
  return has_letter(row) ? std::string("-") + static_cast<char>(row.code) : "";
}

std::string long_name(const OptionRow& row) { return row.name ? std::string("--") + row.name : ""; }

/// "-c CMD", "--build=FILE", "--color[=WHEN]", "-h, --help".
std::string spelling(const OptionRow& row) {
  std::string text = letter(row);
  if (row.name) text += (text.empty() ? "" : ", ") + long_name(row);
  if (!row.value_name) return text;
  if (has_optional_value(row)) return text + "[=" + (row.value_name + 1);
  return text + (row.name ? "=" : " ") + row.value_name;
}

/// Characters, not bytes: "…" is one.
size_t width(const std::string& text) {
  size_t characters = 0;
  for (char c : text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return characters;
}

void print_row(std::ostream& out, const OptionRow& row) {
  std::string line = "  " + spelling(row);
  line += line.size() + 1 < kTextColumn ? std::string(kTextColumn - line.size(), ' ') : "  ";
  std::istringstream text(row.text);
  bool fresh = true;  // does the line end where a word may begin?
  for (std::string word; text >> word; fresh = false) {
    if (!fresh && width(line) + 1 + width(word) > kWidth) {
      out << line << '\n';
      line.assign(kTextColumn, ' ');
      fresh = true;
    }
    line += (fresh ? "" : " ") + word;
  }
  out << line << '\n';
}

}  // namespace

void print_version(std::ostream& out) {
  out << ct::kVersion << ": SystemTap's language, compiled to eBPF\n"
      << "LGPL-2.1-only OR BSD-2-Clause\n";
}

void print_first_steps(std::ostream& out) {
  out << "        coretap -e 'probe begin { println(\"hello\") exit() }'   runs a script\n"
         "        coretap --example                                       lists scripts that come "
         "along\n"
         "        coretap --doctor                                        says what this machine "
         "can do\n"
         "        coretap --help                                          lists all options\n";
}

void print_help(std::ostream& out) {
  out << "usage: coretap [options] FILE [arguments]        run the script in FILE\n"
         "       coretap [options] -e 'SCRIPT' [arguments] run the script given\n"
         "       coretap [options] - [arguments]           run the script on standard input\n"
         "       coretap -l|-L 'PROBE-POINT'               list matching probe points\n";
  for (OptionGroup group : {OptionGroup::Run, OptionGroup::Build, OptionGroup::Look}) {
    out << '\n' << heading(group) << '\n';
    for (const OptionRow& row : option_table())
      if (row.group == group) print_row(out, row);
  }
}

void dump_options(std::ostream& out) {
  for (const OptionRow& row : option_table()) {
    if (row.group == OptionGroup::Hidden) continue;
    out << heading(row.group) << '\t' << letter(row) << '\t' << long_name(row) << '\t'
        << (row.value_name ? row.value_name : "-") << '\t' << kind(row.value) << '\t' << row.words
        << '\t' << row.text << '\n';
  }
}

}  // namespace coretap
