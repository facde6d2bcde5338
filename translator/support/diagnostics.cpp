#include "support/diagnostics.h"

#include <algorithm>
#include <iostream>
#include <ostream>
#include <sstream>

#include "runtime/common/terminal.h"
#include "support/colors.h"

namespace coretap {

namespace {

const char* opening(Severity severity) {
  switch (severity) {
    case Severity::ParseError: return "parse error";
    case Severity::SemanticError: return "semantic error";
    case Severity::Error: return "ERROR";
    case Severity::Warning: return "WARNING";
    case Severity::Note: return "note";
  }
  return "ERROR";
}

bool is_error(Severity severity) {
  return severity != Severity::Warning && severity != Severity::Note;
}

// Of a run without -v or --output=json.
constexpr size_t kMostErrors = 20;

// Of a source line, in bytes: so much is shown of a longer one, and of that so much before the caret.
constexpr size_t kWidestLine = 240;
constexpr size_t kBeforeCaret = 80;

constexpr char kCut[] = "…";

/// The first byte from `at` on that begins a character of UTF-8.
size_t character_at(std::string_view text, size_t at) {
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) at++;
  return at;
}

/// The source line, or what is around the span of a long one, and below it a caret under the span. Tabs are kept so that columns agree.
void render_source(std::ostream& out, const Span& span) {
  if (!span) return;
  LineColumn at = line_column(*span.file, span.begin);
  std::string_view line = line_text(*span.file, at.line);
  size_t begin = std::min<size_t>(at.column - 1, line.size());
  std::string_view cut_before, cut_behind;
  if (line.size() > kWidestLine) {
    const size_t from = begin > kBeforeCaret ? character_at(line, begin - kBeforeCaret) : 0;
    const size_t to = character_at(line, std::min(from + kWidestLine, line.size()));
    if (from > 0) cut_before = kCut;
    if (to < line.size()) cut_behind = kCut;
    line = line.substr(from, to - from);
    begin -= std::min(from, begin);
  }
  const std::string_view rest = line.substr(begin), token = rest.substr(0, span.end - span.begin);
  out << "        " << marked(Paint::Source, "source:") << ' ' << cut_before
      << ct::terminal_safe_line(line.substr(0, begin))
      << marked(Paint::Token, ct::terminal_safe_line(token))
      << ct::terminal_safe_line(rest.substr(token.size())) << cut_behind << '\n'
      << "                " << (cut_before.empty() ? "" : " ");
  // Shown, what is not printable is longer than it is.
  for (char c : ct::terminal_safe_line(line.substr(0, begin))) out << (c == '\t' ? '\t' : ' ');
  const size_t width = ct::terminal_safe_line(token).size();
  out << marked(Paint::Caret, "^" + std::string(std::max<size_t>(width, 1) - 1, '~')) << '\n';
}

size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); j++) row[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

Diagnostic semantic_problem(std::string id, const Span& at, std::string message,
                            std::vector<std::string> hints) {
  return {std::move(id), Severity::SemanticError, at, std::move(message), std::move(hints), {}, {}};
}

Diagnostic& Diagnostics::add(Severity severity, std::string id, const Span& at,
                             std::string message) {
  Diagnostic& diagnostic = all_.emplace_back();
  diagnostic.id = std::move(id);
  diagnostic.severity = severity;
  diagnostic.span = at;
  diagnostic.message = std::move(message);
  add_calls(diagnostic);
  if (is_error(severity)) errors_++;
  return diagnostic;
}

void Diagnostics::add_calls(Diagnostic& diagnostic) const {
  const Span* at = &diagnostic.span;
  for (auto call = calls_.rbegin(); call != calls_.rend(); ++call) {
    if (!at->file || at->file->is_user_script || at->expanded_from) return;
    if (call->file == at->file && call->begin == at->begin) continue;  // it is about this call
    diagnostic.see(*call, "called here");
    at = &*call;
  }
}

Diagnostic& Diagnostics::parse_error(std::string id, const Span& at, std::string message) {
  return add(Severity::ParseError, std::move(id), at, std::move(message));
}

Diagnostic& Diagnostics::semantic_error(std::string id, const Span& at, std::string message) {
  return add(Severity::SemanticError, std::move(id), at, std::move(message));
}

Diagnostic& Diagnostics::error(std::string id, std::string message) {
  return add(Severity::Error, std::move(id), Span{}, std::move(message));
}

Diagnostic& Diagnostics::warning(std::string id, const Span& at, std::string message) {
  return add(Severity::Warning, std::move(id), at, std::move(message));
}

void Diagnostics::report(const Diagnostic& problem) {
  if (is_error(problem.severity)) errors_++;
  all_.push_back(problem);
  add_calls(all_.back());
}

bool Diagnostics::has_parse_errors() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const Diagnostic& each) { return each.severity == Severity::ParseError; });
}

void Diagnostics::drop_semantic_errors() {
  errors_ -= std::erase_if(
      all_, [](const Diagnostic& each) { return each.severity == Severity::SemanticError; });
}

void Diagnostics::truncate(size_t mark) {
  while (all_.size() > mark) {
    if (is_error(all_.back().severity)) errors_--;
    all_.pop_back();
  }
  flushed_ = std::min(flushed_, all_.size());
}

bool Diagnostics::has_warnings() const {
  return std::any_of(all_.begin(), all_.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::Warning;
  });
}

bool Diagnostics::ends_run() const {
  return has_errors() || (warnings_as_errors_ && !suppress_warnings_ && has_warnings());
}

bool Diagnostics::is_repeated(size_t index, bool all_similar, size_t& suppressed) const {
  const Diagnostic& now = all_[index];
  auto end = all_.begin() + static_cast<ptrdiff_t>(index);
  auto at_same_place = [&](const Diagnostic& other) {
    return other.id == now.id && other.span.file == now.span.file &&
           other.span.begin == now.span.begin && other.message == now.message;
  };
  if (std::any_of(all_.begin(), end, at_same_place)) return true;
  if (all_similar || now.severity != Severity::Warning) return false;
  bool similar = std::any_of(all_.begin(), end, [&](const Diagnostic& other) {
    return other.severity == Severity::Warning && other.message == now.message;
  });
  suppressed += similar;
  return similar;
}

void Diagnostics::flush(std::ostream& out) {
  std::ostringstream text;
  size_t held_back = 0;
  for (size_t i = flushed_; i < all_.size(); i++) {
    if (suppress_warnings_ && !is_error(all_[i].severity)) continue;
    const bool is_too_many =
        is_error(all_[i].severity) && shown_errors_ >= kMostErrors && !all_similar_ && !as_json_;
    if (is_too_many) {
      held_back++;
      continue;
    }
    if (is_repeated(i, all_similar_ || as_json_, suppressed_)) continue;
    shown_errors_ += is_error(all_[i].severity);
    if (as_json_)
      std::cout << to_json(all_[i]) << '\n';
    else
      render(text, all_[i]);
  }
  flushed_ = all_.size();
  if (held_back != 0)
    text << "Number of further errors that are not shown: " << held_back << ".\n"
         << "Rerun with -v to see them.\n";
  if (as_json_) std::cout.flush();
  out << colored(text.str());
}

namespace {
void write_suppressed(std::ostream& out, size_t number) {
  if (number == 0) return;
  out << "Number of similar warning messages suppressed: " << number << ".\n"
      << "Rerun with -v to see them.\n";
}
}  // namespace

void Diagnostics::tell_suppressed(std::ostream& out) {
  write_suppressed(out, suppressed_);
  suppressed_ = 0;
}

/// With the marks of colors.h: who shows the text later decides.
void Diagnostics::write_warnings(std::ostream& out, bool all_similar) const {
  size_t suppressed = 0;
  for (size_t i = 0; i < all_.size(); i++)
    if (all_[i].severity == Severity::Warning && !is_repeated(i, all_similar, suppressed))
      render(out, all_[i]);
  write_suppressed(out, suppressed);
}

void Diagnostics::write_warnings_as_json(std::ostream& out) const {
  size_t suppressed = 0;
  for (size_t i = 0; i < all_.size(); i++)
    if (all_[i].severity == Severity::Warning && !is_repeated(i, true, suppressed))
      out << to_json(all_[i]) << '\n';
}

/// With the marks of colors.h. Messages hold names from files that anybody may have written: here, where all pass, they become harmless.
void render(std::ostream& out, const Diagnostic& diagnostic) {
  auto place = [](const Span& span) { return ct::terminal_safe(describe(span)); };
  const Paint paint = is_error(diagnostic.severity) ? Paint::Error : Paint::Warning;
  out << (diagnostic.severity == Severity::Note ? opening(diagnostic.severity)
                                                : marked(paint, opening(diagnostic.severity)))
      << " [" << diagnostic.id << "]: " << ct::terminal_safe(diagnostic.message);
  if (diagnostic.span) out << ": at " << place(diagnostic.span);
  out << '\n';
  render_source(out, diagnostic.span);
  for (const Span* from = diagnostic.span.expanded_from; from; from = from->expanded_from) {
    out << "        in expansion at " << place(*from) << '\n';
    render_source(out, *from);
  }
  for (const Diagnostic::Related& other : diagnostic.related) {
    out << "        " << ct::terminal_safe(other.message);
    if (other.span) out << ": at " << place(other.span);
    out << '\n';
    render_source(out, other.span);
  }
  for (const std::string& hint : all_hints(diagnostic))
    out << "        " << ct::terminal_safe_line(hint) << '\n';
}

std::vector<std::string> all_hints(const Diagnostic& diagnostic) {
  std::vector<std::string> hints;
  auto late = diagnostic.late_hints.begin();
  for (size_t i = 0; i <= diagnostic.hints.size(); i++) {
    for (; late != diagnostic.late_hints.end() && late->position == i; ++late)
      if (std::string hint = late->text(); !hint.empty()) hints.push_back(std::move(hint));
    if (i < diagnostic.hints.size()) hints.push_back(diagnostic.hints[i]);
  }
  return hints;
}

std::string similar_hint(const std::string& name, const std::vector<std::string>& candidates,
                         const std::string& separator) {
  std::string text;
  for (const std::string& similar : similar_names(name, candidates))
    text += (text.empty() ? "similar: " : separator) + similar;
  return text;
}

std::vector<std::string> similar_names(const std::string& name,
                                       const std::vector<std::string>& candidates, size_t most) {
  std::vector<std::pair<size_t, std::string>> ranked;
  size_t limit = std::max<size_t>(1, name.size() / 3 + 1);
  const std::string longer = name + "_";
  for (const std::string& candidate : candidates) {
    size_t distance = edit_distance(name, candidate);
    // What got a longer name ("kmalloc_noprof") is nearer than what only looks alike.
    if (candidate.starts_with(longer)) distance = 1 + distance / 4;
    if (distance <= limit) ranked.emplace_back(distance, candidate);
  }
  std::sort(ranked.begin(), ranked.end());
  ranked.erase(std::unique(ranked.begin(), ranked.end()), ranked.end());
  std::vector<std::string> names;
  for (size_t i = 0; i < ranked.size() && i < most; i++) names.push_back(ranked[i].second);
  return names;
}

}  // namespace coretap
