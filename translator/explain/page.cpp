#include "explain/page.h"

#include <stdio.h>

#include <algorithm>
#include <set>
#include <vector>

#include "explain/page_parts.h"
#include "runtime/common/json.h"
#include "runtime/common/terminal.h"
#include "runtime/common/words.h"

namespace coretap::explain {
namespace {

/// Lines of code without an origin that are folded away, if so many follow each other.
constexpr size_t kFold = 6;
/// Points of a handler that are shown at once.
constexpr size_t kMostPoints = 4;

/// Others' text as HTML text or as an attribute's value in double quotes.
std::string safe(std::string_view text) {
  std::string out;
  for (char c : ct::terminal_safe_line(text)) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

/// The same of several lines.
std::string safe_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += safe(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string hex(uint64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string code(std::string_view text) { return "<code>" + safe(text) + "</code>"; }

class Page {
 public:
  explicit Page(const Story& story) : story_(story) {
    for (const auto& [item, origins] : story.links.origins()) {
      linked_.insert(item);
      linked_.insert(origins.begin(), origins.end());
    }
  }

  std::string text() {
    script();
    body_ += "<div class=\"stages\">\n";
    sites();
    variables();
    types();
    sides();
    generated();
    programs();
    attach();
    const std::string title = safe(story_.script_name) + " explained";
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           // Nothing is loaded, whatever the text says.
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
           "'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>" +
           title + "</title>\n<style>\n" + kPageStyle + "</style>\n</head>\n<body>\n<header><h1>" +
           title +
           "</h1>\n<p>From the script's text to the code that it becomes. Choose a line, a name or "
           "a "
           "field: it is marked in all stages <span class=\"key\"><span class=\"origin\">what it "
           "came from</span> and <span class=\"result\">what became of it</span></span>.</p>"
           "</header>\n<nav>" +
           tabs_ +
           "<p id=\"said\" data-idle=\"Nothing is chosen. Escape takes the marks away.\">Nothing "
           "is "
           "chosen. Escape takes the marks away.</p></nav>\n<main>\n" +
           body_ + "</div>\n</main>\n<script type=\"application/json\" id=\"links\">" + links() +
           "</script>\n<script>\n" + kPageScript + "</script>\n</body>\n</html>\n";
  }

 private:
  void open(const char* id, const char* title, const char* about) {
    tabs_ += std::string("<a href=\"#") + id + "\">" + title + "<b></b></a>\n";
    body_ += std::string("<section id=\"") + id + "\"><h2>" + title + "</h2>\n<p class=\"soft\">" +
             about + "</p>\n";
  }
  void close() { body_ += "</section>\n"; }

  /// Its id as an attribute, if anything has to do with it.
  std::string id(const Id& id) const {
    return linked_.count(id) ? " id=\"" + id + "\"" : std::string();
  }

  void line(const Id& item, const std::string& mark, const std::string& html) {
    body_ += "<div" + id(item) + "><i>" + mark + "</i><code>" + html + "</code></div>\n";
  }

  // ---------------------------------------------------------------- stages

  void script() {
    open("script", "Script", "What was written.");
    body_ += "<div class=\"text\">\n";
    for (size_t i = 0; i < story_.script.size(); i++)
      line(story_.script[i].id, std::to_string(i + 1), with_names(story_.script[i]));
    body_ += "</div>\n";
    if (!story_.library.empty())
      body_ +=
          "<h3>What it brought in</h3>\n<p class=\"soft\">Functions and aliases of the tapsets "
          "that its names mean.</p>\n";
    for (const LibraryPiece& piece : story_.library) {
      body_ += "<details" + id(piece.id) + "><summary>" + piece.kind + " " + code(piece.name) +
               " <span class=\"soft\">" + safe(piece.file) + ":" + std::to_string(piece.line) +
               "</span></summary>\n<div class=\"text\">\n";
      for (size_t i = 0; i < piece.lines.size(); i++)
        line("", std::to_string(piece.line + i), safe(piece.lines[i]));
      body_ += "</div></details>\n";
    }
    close();
  }

  std::string with_names(const ScriptLine& line) const {
    const std::string_view text = line.text;
    std::string out;
    std::vector<uint32_t> ends;
    uint32_t at = 0;
    auto go_to = [&](uint32_t next) {
      while (!ends.empty() && ends.back() <= next) {
        out += safe(text.substr(at, ends.back() - at)) + "</span>";
        at = ends.back();
        ends.pop_back();
      }
      out += safe(text.substr(at, next - at));
      at = next;
    };
    for (const Name& name : line.names) {
      go_to(name.begin);
      out += "<span class=\"name\" tabindex=\"0\"" + id(name.id) + ">";
      ends.push_back(ends.empty() ? name.end : std::min(name.end, ends.back()));
    }
    go_to(static_cast<uint32_t>(text.size()));
    return out;
  }

  void sites() {
    open("sites", "Sites", "Where each probe point is, and why exactly there.");
    for (const Site& site : story_.sites) {
      body_ += "<div class=\"site\"" + id(site.id) + "><h3>" + code(site.point) + "</h3><p>" +
               (site.where.empty() ? "" : code(site.where) + ": ") + safe(site.why) +
               ".</p></div>\n";
      if (!site.source.empty()) {
        body_ += "<p class=\"soft\">" + safe(site.file) + "</p><div class=\"text\">\n";
        for (const SourceRow& row : site.source)
          here(row.is_site, "", std::to_string(row.number), safe(row.text));
        body_ += "</div>\n";
      }
      if (!site.code.empty()) {
        body_ += "<div class=\"text machine\">\n";
        for (const Instruction& one : site.code)
          here(one.is_site, one.id, hex(one.address),
               "<span class=\"bytes\">" + one.bytes + "</span>" + safe(one.text));
        body_ += "</div>\n";
      }
      if (!site.rows.empty())
        body_ += "<details><summary>Rows of the line table</summary><pre>" + safe_lines(site.rows) +
                 "</pre></details>\n";
    }
    if (story_.more_sites)
      body_ += "<p>… and " + std::to_string(story_.more_sites) + " more sites.</p>\n";
    close();
  }

  /// A line of source or of machine code, marked if the site is in it.
  void here(bool is_site, const Id& item, const std::string& mark, const std::string& html) {
    body_ += "<div" + (item.empty() ? "" : id(item)) + (is_site ? " class=\"here\"" : "") + "><i>" +
             mark + "</i><code>" + html + "</code></div>\n";
  }

  void variables() {
    if (story_.variables.empty()) return;
    open("variables", "Variables",
         "Where each variable of the target is at its site, and in the other lines of the "
         "function.");
    for (const VariableRow& row : story_.variables) {
      body_ += "<div class=\"part\"" + id(row.id) + "><h3>" + code(row.name) +
               " <span class=\"soft\">" + safe(row.type) + "</span></h3><p class=\"soft\">at " +
               code(row.point) + "</p><p>" + safe(row.where) + ". " + safe(row.declared) + "</p>\n";
      ribbon(row);
      if (!row.entries.empty()) {
        body_ += "<details><summary>Its list of locations</summary><table>\n";
        for (const LocationEntry& entry : row.entries)
          body_ += std::string("<tr") + (entry.holds ? " class=\"here\"" : "") + "><td>" +
                   code(entry.range) + "</td><td>" + safe(entry.where) + "</td></tr>\n";
        body_ += "</table></details>\n";
      }
      body_ += "</div>\n";
    }
    close();
  }

  void ribbon(const VariableRow& row) {
    if (row.ribbon.empty()) return;
    body_ +=
        "<p class=\"soft\">In the lines of " + code(row.function) + ":</p><div class=\"ribbon\">";
    for (const RibbonCell& cell : row.ribbon)
      body_ += "<span class=\"reach" + std::to_string(static_cast<int>(cell.reach)) +
               (cell.is_site ? " here" : "") + "\" title=\"" + reach_text(cell.reach) + ": " +
               safe(cell.where) + "\">" + std::to_string(cell.line) + "</span>";
    body_ += "</div><details><summary>Line by line</summary><table>\n";
    for (const RibbonCell& cell : row.ribbon)
      body_ += "<tr><td>" + std::to_string(cell.line) + "</td><td>" + reach_text(cell.reach) +
               "</td><td>" + safe(cell.where) + "</td></tr>\n";
    body_ += "</table></details>\n";
  }

  void types() {
    if (story_.types.empty()) return;
    open("types", "Types",
         "What type inference concluded for each name, and the first place that settled it.");
    body_ +=
        "<div class=\"wide\"><table><tr><th>Name</th><th>Is a</th><th>Type</th><th>Settled "
        "by</th></tr>\n";
    for (const TypeRow& row : story_.types)
      body_ +=
          "<tr" + id(row.id) + "><td>" + code(row.name) + "</td><td>" + safe(row.what) +
          "</td><td>" + safe(row.type) + "</td><td>" +
          (row.settled_line ? "line " + std::to_string(row.settled_line) + ": " + code(row.because)
                            : safe(row.because)) +
          "</td></tr>\n";
    body_ += "</table></div>\n";
    close();
  }

  void sides() {
    open("sides", "Two sides",
         "What runs in the kernel and what in user space, why, and what crosses in a record.");
    for (const Handler& handler : story_.handlers) {
      body_ += "<div" + id(handler.id) + ">" + points(handler) + "<p>" + safe(handler.kernel) +
               "</p></div>\n";
      for (const UserPart& part : handler.parts) user_part(part);
      if (handler.parts.empty() && !handler.mechanism.empty())
        body_ += "<p>In user space: nothing, so no record crosses.</p>\n";
    }
    if (!story_.globals.empty()) {
      body_ += "<h3>Global variables</h3>\n<ul>\n";
      for (const GlobalPlace& global : story_.globals)
        body_ += "<li" + id(global.id) + ">" + code(global.name) + " is in " + safe(global.place) +
                 ".</li>\n";
      body_ += "</ul>\n";
    }
    close();
  }

  static std::string points(const Handler& handler) {
    std::string out = "<h3>";
    for (size_t i = 0; i < handler.points.size() && i < kMostPoints; i++)
      out += (i ? "<br>" : "") + code(handler.points[i]);
    if (!handler.mechanism.empty())
      out += " <span class=\"soft\">" + safe(handler.mechanism) + "</span>";
    out += "</h3>";
    if (handler.points.size() <= kMostPoints) return out;
    out += "<details><summary>" + std::to_string(handler.points.size() - kMostPoints) +
           " more sites</summary><ul>";
    for (size_t i = kMostPoints; i < handler.points.size(); i++)
      out += "<li>" + code(handler.points[i]) + "</li>";
    return out + "</ul></details>";
  }

  void user_part(const UserPart& part) {
    body_ += "<div class=\"part\"" + id(part.id) + "><p>In user space: " +
             safe(part.lines.empty() ? "a part of the tapsets" : part.lines) + ".</p>\n<ul>\n";
    for (const std::string& reason : part.reasons) body_ += "<li>" + safe(reason) + "</li>\n";
    body_ += "</ul>\n<p>Its record has " + std::to_string(part.record_bytes) +
             " bytes:</p>\n<div class=\"record\"><span>head: " + std::to_string(part.head_bytes) +
             " bytes</span>\n";
    for (const Field& field : part.fields)
      body_ += "<span" + id(field.id) + ">" + code(field.name) + ": " +
               std::to_string(field.bytes) + " bytes, " + safe(field.kind) + "</span>\n";
    body_ += "</div></div>\n";
  }

  void generated() {
    open("code", "C",
         "The generated code. The number in front is the script's line that a line was made for; "
         "what was made for none is folded.");
    for (const Code& text : story_.code) {
      body_ += "<h3>" + safe(text.title) + "</h3>\n<div class=\"text\">\n";
      for (size_t from = 0; from < text.lines.size();) {
        size_t to = from;
        while (to < text.lines.size() && !linked_.count(text.lines[to].id)) to++;
        const bool is_folded = to - from >= kFold;
        if (is_folded)
          body_ += "<details><summary>" + std::to_string(to - from) + " lines</summary>\n";
        for (to = std::max(to, from + 1); from < to; from++) code_line(text.lines[from]);
        if (is_folded) body_ += "</details>\n";
      }
      body_ += "</div>\n";
    }
    close();
  }

  void code_line(const CodeLine& item) {
    line(item.id, item.script_line ? std::to_string(item.script_line) : "", safe(item.text));
  }

  void programs() {
    if (story_.programs.empty() && story_.no_programs.empty()) return;
    open("bpf", "BPF",
         "The instructions that the C became, as the kernel's verifier writes them. The number "
         "behind "
         "an instruction is its line of the C above.");
    if (!story_.no_programs.empty())
      body_ += "<p>They are not here: " + safe(story_.no_programs) + ".</p>\n";
    for (const BpfProgram& program : story_.programs) {
      body_ += "<details id=\"" + program.id + "\"><summary>" + code(program.name) +
               " <span class=\"soft\">" + safe(program.section) + ", " +
               std::to_string(program.slots) + " instructions</span></summary>\n";
      if (!program.helpers.empty()) {
        body_ += "<table><tr><th>Helper</th><th>Calls</th><th>What it does</th></tr>\n";
        for (const HelperUse& use : program.helpers)
          body_ += "<tr><td>" + code(use.name) + "</td><td>" + std::to_string(use.calls) +
                   "</td><td>" + safe(use.sentence) + "</td></tr>\n";
        body_ += "</table>\n";
      }
      body_ += "<div class=\"text\">\n";
      for (const BpfInstruction& one : program.code) instruction(one);
      body_ += "</div></details>\n";
    }
    close();
  }

  void instruction(const BpfInstruction& one) {
    std::string note = one.helper.empty() ? one.symbol : one.helper;
    if (!note.empty()) note = "  <span class=\"soft\">" + safe(note) + "</span>";
    if (one.c_line) note += "  <span class=\"soft\">:" + std::to_string(one.c_line) + "</span>";
    line(one.id, std::to_string(one.index), safe(one.text) + note);
  }

  void attach() {
    if (story_.attach.empty()) return;
    open("attach", "Attach",
         "What is tried for each probe, in this order, until the kernel takes one. A built binary "
         "has "
         "both forms of the kernel object.");
    body_ +=
        "<div class=\"wide\"><table><tr><th>Probe</th><th>Linux 6.1, 6.12 and newer</th><th>Linux "
        "5.10</th></tr>\n";
    for (const AttachRow& row : story_.attach) {
      body_ +=
          "<tr" + id(row.id) + "><td>" + (row.points.empty() ? "" : code(row.points.front())) +
          (row.points.size() > 1 ? " and " + std::to_string(row.points.size() - 1) + " more" : "") +
          "</td><td>" + safe(ct::join(row.modern, "; else ")) + "</td><td>" +
          (row.base.empty() ? "none" : safe(ct::join(row.base, "; else "))) + "</td></tr>\n";
    }
    body_ += "</table></div>\n";
    if (!story_.base_obstacles.empty()) {
      body_ += "<p>There is no form for Linux 5.10:</p><ul>\n";
      for (const std::string& obstacle : story_.base_obstacles)
        body_ += "<li>" + safe(obstacle) + "</li>\n";
      body_ += "</ul>\n";
    }
    close();
  }

  /// {"item": ["origin", …]}. An id needs no escapes.
  std::string links() const {
    ct::JsonList all;
    for (const auto& [item, origins] : story_.links.origins()) {
      ct::JsonList list;
      for (const Id& origin : origins) list.add(ct::json_string(origin));
      all.add(item.c_str(), list.array());
    }
    return all.object();
  }

  const Story& story_;
  std::set<Id> linked_;
  std::string tabs_, body_;
};

}  // namespace

std::string page(const Story& story) { return Page(story).text(); }

}  // namespace coretap::explain
