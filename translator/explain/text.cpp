#include "explain/text.h"

#include <iomanip>
#include <ostream>

#include "runtime/common/terminal.h"
#include "runtime/common/words.h"

namespace coretap::explain {
namespace {

constexpr size_t kMostPoints = 4;

class Teller {
 public:
  Teller(const Story& story, std::ostream& out) : story_(story), out_(out) {}

  void run() {
    script();
    sites();
    variables();
    types();
    sides();
    for (const Code& code : story_.code) generated(code);
    programs();
    attach();
  }

 private:
  void title(const std::string& text) { out_ << "== " << text << "\n\n"; }

  void numbered(size_t number, const std::string& text) {
    out_ << std::setw(5) << (number ? std::to_string(number) : "") << "  "
         << ct::terminal_safe_line(text) << "\n";
  }

  void script() {
    title("Script: " + ct::terminal_safe(story_.script_name));
    for (size_t i = 0; i < story_.script.size(); i++) numbered(i + 1, story_.script[i].text);
    if (!story_.library.empty()) out_ << "\n  It brought in:\n";
    for (const LibraryPiece& piece : story_.library)
      out_ << "    " << piece.kind << " " << ct::terminal_safe(piece.name) << ", "
           << ct::terminal_safe(piece.file) << ":" << piece.line << "\n";
    out_ << "\n";
  }

  void sites() {
    title("Sites");
    for (const Site& site : story_.sites) {
      out_ << ct::terminal_safe(site.point) << "\n  "
           << (site.where.empty() ? "" : site.where + ": ") << ct::terminal_safe(site.why) << ".\n";
      for (const SourceRow& row : site.source)
        out_ << (row.is_site ? "  =>" : "    ") << std::setw(5) << row.number << "  "
             << ct::terminal_safe_line(row.text) << "\n";
      for (const Instruction& one : site.code)
        out_ << (one.is_site ? "  => " : "     ") << std::hex << one.address << std::dec << "  "
             << std::left << std::setw(30) << one.bytes << std::right << "  " << one.text << "\n";
      out_ << site.rows;
    }
    if (story_.more_sites) out_ << "… and " << story_.more_sites << " more sites.\n";
    out_ << "\n";
  }

  void variables() {
    if (story_.variables.empty()) return;
    title("Variables");
    for (const VariableRow& row : story_.variables) {
      out_ << ct::terminal_safe(row.name) << " (" << ct::terminal_safe(row.type) << ") at "
           << ct::terminal_safe(row.point) << "\n  " << ct::terminal_safe(row.where) << ". "
           << row.declared << "\n";
      for (const LocationEntry& entry : row.entries)
        out_ << (entry.holds ? "    * " : "      ") << entry.range << "  "
             << ct::terminal_safe(entry.where) << "\n";
      for (const RibbonCell& cell : row.ribbon)
        out_ << (cell.is_site ? "  =>" : "    ") << std::setw(5) << cell.line << "  "
             << reach_text(cell.reach) << ": " << ct::terminal_safe(cell.where) << "\n";
    }
    out_ << "\n";
  }

  void types() {
    if (story_.types.empty()) return;
    title("Types");
    for (const TypeRow& row : story_.types) {
      out_ << "  " << ct::terminal_safe(row.name) << " (" << ct::terminal_safe(row.what)
           << "): " << row.type << ", settled by ";
      if (row.settled_line) out_ << "line " << row.settled_line << ": ";
      out_ << ct::terminal_safe(row.because) << "\n";
    }
    out_ << "\n";
  }

  void sides() {
    title("Two sides");
    for (const Handler& handler : story_.handlers) {
      for (size_t i = 0; i < handler.points.size() && i < kMostPoints; i++)
        out_ << "probe " << ct::terminal_safe(handler.points[i]) << "\n";
      if (handler.points.size() > kMostPoints)
        out_ << "… and " << handler.points.size() - kMostPoints << " more\n";
      out_ << "  " << handler.kernel << "\n";
      if (handler.parts.empty() && !handler.mechanism.empty())
        out_ << "  In user space: nothing, so no record crosses.\n";
      for (const UserPart& part : handler.parts) user_part(part);
    }
    for (const GlobalPlace& global : story_.globals)
      out_ << "global " << ct::terminal_safe(global.name) << " is in " << global.place << ".\n";
    out_ << "\n";
  }

  void user_part(const UserPart& part) {
    out_ << "  In user space: " << (part.lines.empty() ? "a part of the tapsets" : part.lines)
         << ".\n";
    for (const std::string& reason : part.reasons) out_ << "    " << reason << "\n";
    out_ << "    Its record has " << part.record_bytes << " bytes: " << part.head_bytes
         << " of its head";
    for (const Field& field : part.fields)
      out_ << ", " << field.bytes << " of " << field.name << " (" << field.kind << ")";
    out_ << ".\n";
  }

  /// What was made for a line of the script, with its number, and the rest by its number of lines.
  void generated(const Code& code) {
    title(code.title);
    size_t skipped = 0;
    auto tell_skipped = [&] {
      if (skipped) out_ << "       (" << skipped << (skipped == 1 ? " line)\n" : " lines)\n");
      skipped = 0;
    };
    for (const CodeLine& line : code.lines) {
      if (line.script_line == 0) {
        skipped++;
        continue;
      }
      tell_skipped();
      numbered(line.script_line, line.text);
    }
    tell_skipped();
    out_ << "\n";
  }

  /// Of each program what can be counted: its instructions are many.
  void programs() {
    if (story_.programs.empty() && story_.no_programs.empty()) return;
    title("BPF");
    if (!story_.no_programs.empty())
      out_ << "  It is not here: " << ct::terminal_safe(story_.no_programs) << ".\n";
    for (const BpfProgram& program : story_.programs) {
      out_ << "  " << ct::terminal_safe(program.name) << " (" << ct::terminal_safe(program.section)
           << "): " << program.slots << " instructions\n";
      for (const HelperUse& use : program.helpers)
        out_ << "    " << use.calls << " calls of " << use.name << ". " << use.sentence << "\n";
    }
    out_ << "\n";
  }

  void attach() {
    if (story_.attach.empty()) return;
    title("Attach");
    for (const AttachRow& row : story_.attach) {
      out_ << "  " << (row.points.empty() ? "" : ct::terminal_safe(row.points.front()));
      if (row.points.size() > 1) out_ << " and " << row.points.size() - 1 << " more";
      out_ << "\n    Linux 6.1, 6.12 and newer: " << ct::join(row.modern, "; else ")
           << "\n    Linux 5.10: " << (row.base.empty() ? "none" : ct::join(row.base, "; else "))
           << "\n";
    }
    for (const std::string& obstacle : story_.base_obstacles)
      out_ << "  There is no form for Linux 5.10: " << ct::terminal_safe(obstacle) << "\n";
    out_ << "\n";
  }

  const Story& story_;
  std::ostream& out_;
};

}  // namespace

void tell(const Story& story, std::ostream& out) { Teller(story, out).run(); }

}  // namespace coretap::explain
