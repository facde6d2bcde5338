// Errors and warnings shown to the user. Every one has an id, a place in the script where there
// is one, a sentence in the user's words, and often a way out. Diagnostics are collected, so
// that several errors of one script are reported in one run, and rendered in one place:
//
//   semantic error [unknown-function]: unresolved function 'ext': at top.stp:3:9
//           source:   ext(1)
//                     ^~~
//           similar: exit
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "support/source.h"

namespace coretap {

/// Which words open the message; the first four are SystemTap's own.
enum class Severity { ParseError, SemanticError, Error, Warning, Note };

/// One message. `id` is a stable kebab-case name, listed in docs/diagnostics.md.
struct Diagnostic {
  std::string id;
  Severity severity = Severity::Error;
  Span span;
  std::string message;
  std::vector<std::string> hints;  ///< "similar: ...", "install package ...": one line each
  struct Related {
    Span span;
    std::string message;
  };
  std::vector<Related> related;  ///< second places, e.g. the other half of a type clash
  /// What a hint costs much to find, and few errors are shown of many that a wildcard runs into: see hint_if_shown().
  struct LateHint {
    size_t position;  ///< how many of `hints` come before it
    std::function<std::string()> text;
  };
  std::vector<LateHint> late_hints;

  Diagnostic& hint(std::string text) {
    hints.push_back(std::move(text));
    return *this;
  }
  /// A hint that is made only when the message is written; there is none if it is "". `text` owns what it needs: it is called
  /// after the pass that reported the message.
  Diagnostic& hint_if_shown(std::function<std::string()> text) {
    late_hints.push_back({hints.size(), std::move(text)});
    return *this;
  }
  Diagnostic& see(const Span& where, std::string text) {
    related.push_back({where, std::move(text)});
    return *this;
  }
};

/// A semantic error that is not reported, the failure of a Result: its caller may know another way, or only ask whether there is
/// one. See Diagnostics::report().
Diagnostic semantic_problem(std::string id, const Span& at, std::string message,
                            std::vector<std::string> hints = {});

/// Collects the diagnostics of one run. Not thread-safe.
class Diagnostics {
 public:
  /// Adds an error or warning. The returned reference is good until the next add.
  Diagnostic& parse_error(std::string id, const Span& at, std::string message);
  Diagnostic& semantic_error(std::string id, const Span& at, std::string message);
  Diagnostic& error(std::string id, std::string message);  ///< no place in a script
  Diagnostic& warning(std::string id, const Span& at, std::string message);
  /// Adds what semantic_problem() made.
  void report(const Diagnostic& problem);

  bool has_errors() const { return errors_ != 0; }
  bool has_parse_errors() const;
  /// Forgets the semantic errors: what stops at pass 1 does not ask for them.
  void drop_semantic_errors();
  /// Must the run end after this pass? With -W also because of a warning, which stays a warning: the
  /// pass goes on and shows all it finds.
  bool ends_run() const;
  size_t error_count() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  void suppress_warnings(bool on) { suppress_warnings_ = on; }     ///< -w
  void warnings_are_errors(bool on) { warnings_as_errors_ = on; }  ///< -W

  /// -v: warnings of the same words, and errors beyond the first twenty, too.
  void show_similar_warnings(bool on) { all_similar_ = on; }
  /// From now on flush() writes JSON, one object a line, to standard output (--output=json). Then nothing is left out as similar.
  void write_json(bool on) { as_json_ = on; }

  /// Writes everything that was added since the last flush. Identical messages at the same
  /// place are written once, and so are, as in SystemTap, warnings of the same words. Of many errors the
  /// first twenty are written, with the number of the others.
  void flush(std::ostream& out);
  /// Says how many warnings flush() held back for their words, once.
  void tell_suppressed(std::ostream& out);
  /// Writes the warnings of the run, flushed or not, as without -v or (`all_similar`) with it.
  void write_warnings(std::ostream& out, bool all_similar) const;
  void write_warnings_as_json(std::ostream& out) const;

  /// Work whose result may not count, as of an optional probe point (`?`): what is reported after its
  /// construction is kept, unless drop() says that the work did not count.
  class Attempt {
   public:
    explicit Attempt(Diagnostics& diagnostics)
        : diagnostics_(diagnostics), mark_(diagnostics.all_.size()), errors_(diagnostics.errors_) {}
    void drop() { diagnostics_.truncate(mark_); }
    bool has_errors() const { return diagnostics_.errors_ > errors_; }

   private:
    Diagnostics& diagnostics_;
    size_t mark_, errors_;
  };

  /// What is reported while one lives is in a function that is called at `at`. A diagnostic with its place in a tapset
  /// tells of the calls that led there, up to the one that the script wrote.
  class Called {
   public:
    Called(Diagnostics& diagnostics, const Span& at) : diagnostics_(diagnostics) {
      diagnostics_.calls_.push_back(at);
    }
    ~Called() { diagnostics_.calls_.pop_back(); }
    Called(const Called&) = delete;
    Called& operator=(const Called&) = delete;

   private:
    Diagnostics& diagnostics_;
  };

 private:
  void truncate(size_t mark);
  void add_calls(Diagnostic& diagnostic) const;
  Diagnostic& add(Severity, std::string id, const Span&, std::string message);
  std::vector<Diagnostic> all_;
  std::vector<Span> calls_;  ///< of Called, the innermost last
  /// Is all()[index] said before? Counts it if only its words are.
  bool is_repeated(size_t index, bool all_similar, size_t& suppressed) const;
  bool has_warnings() const;
  size_t flushed_ = 0;
  size_t shown_errors_ = 0;
  size_t suppressed_ = 0;  ///< similar warnings held back and not yet told of
  size_t errors_ = 0;
  bool suppress_warnings_ = false;
  bool warnings_as_errors_ = false;
  bool all_similar_ = false;
  bool as_json_ = false;
};

/// Writes one diagnostic, with source line and caret.
void render(std::ostream& out, const Diagnostic& diagnostic);

/// One diagnostic as a JSON object on a line: docs/json-output.md.
std::string to_json(const Diagnostic& diagnostic);

/// All hints, in their order; those that are made only when they are shown are made now.
std::vector<std::string> all_hints(const Diagnostic& diagnostic);

/// Up to `most` names of `candidates` close to `name` by edit distance, best first:
/// for "similar: ..." hints.
std::vector<std::string> similar_names(const std::string& name,
                                       const std::vector<std::string>& candidates, size_t most = 5);

/// "similar: a, b" of the names that are close; "" if none is.
std::string similar_hint(const std::string& name, const std::vector<std::string>& candidates,
                         const std::string& separator = ", ");

}  // namespace coretap
