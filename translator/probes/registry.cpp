// The one table of built-in probe points. A row holds patterns and the family that resolves them;
// everything that is said about probe syntax (errors, --dump-probe-types) comes from this table.
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "probes/families.h"
#include "runtime/common/terminal.h"

namespace coretap::probes {

namespace {

enum class Argument : uint8_t { None, String, Number };

struct PatternComponent {
  std::string functor;
  Argument argument = Argument::None;
};
struct Pattern {
  std::string text;
  std::vector<PatternComponent> components;
  Family family = nullptr;
};

using Names = std::vector<std::string>;

/// Every "head.tail"; an empty string stands for "nothing here".
Names cross(const Names& heads, const Names& tails) {
  Names all;
  for (const std::string& head : heads)
    for (const std::string& tail : tails)
      all.push_back(head.empty() || tail.empty() ? head + tail : head + "." + tail);
  return all;
}

Pattern parse_pattern(const std::string& text, Family family) {
  Pattern pattern{text, {}, family};
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('.', begin), text.size());
    std::string part = text.substr(begin, end - begin);
    size_t open = part.find('(');
    PatternComponent component{part.substr(0, open), Argument::None};
    if (open != std::string::npos)
      component.argument = part[open + 1] == 's' ? Argument::String : Argument::Number;
    pattern.components.push_back(std::move(component));
    begin = end + 1;
  }
  return pattern;
}

const Names kTimerUnits = {"s", "sec", "ms", "msec", "us", "usec", "ns", "nsec", "jiffies"};

Names timer_patterns() {
  Names all;
  for (const std::string& unit : kTimerUnits) {
    all.push_back("timer." + unit + "(number)");
    all.push_back("timer." + unit + "(number).randomize(number)");
  }
  all.push_back("timer.hz(number)");
  return all;
}

struct Row {
  Names patterns;
  Family family;
};

std::vector<Row> rows() {
  const Names objects = {"process",
                         "process(number)",
                         "process(string)",
                         "process.library(string)",
                         "process(number).library(string)",
                         "process(string).library(string)"};
  return {
      {cross({"begin", "end", "error"}, {""}), resolve_lifecycle},
      {{"begin(number)", "end(number)", "error(number)", "never"}, resolve_lifecycle},
      {timer_patterns(), resolve_timer},
      {{"timer.profile", "timer.profile.tick", "timer.profile.freq.hz(number)"}, resolve_profile},
      {cross({"perf.type(number).config(number)"}, {"", "sample(number)", "hz(number)"}),
       resolve_perf},
      {cross({"perf.type(number).config(number)"},
             {"counter(string)", "process(string).counter(string)"}),
       resolve_perf_counter},
      {cross(objects, cross({"function(string)", "function(number)"},
                            {"", "call", "return", "inline", "exported"})),
       resolve_process_function},
      {cross(objects, {"function(string).label(string)"}), resolve_process_label},
      {cross({"kernel", "module(string)"}, {"function(string).label(string)"}),
       resolve_process_label},
      {cross(objects, {"function(string).callee(string)", "function(string).callee(string).call",
                       "function(string).callee(string).return", "function(string).callees",
                       "function(string).callees(number)"}),
       resolve_process_callee},
      {cross(objects, cross({"statement(string)", "statement(number)"}, {"", "nearest"})),
       resolve_process_statement},
      {cross(objects, {"plt", "plt(string)", "plt.return", "plt(string).return"}),
       resolve_process_plt},
      {cross(objects, {"mark(string)", "provider(string).mark(string)"}), resolve_process_mark},
      {cross({"process", "process(number)", "process(string)"},
             {"begin", "end", "thread.begin", "thread.end", "syscall", "syscall.return"}),
       resolve_process_event},
      {cross({"process", "process(number)", "process(string)", "kernel"},
             cross({"data(string)", "data(number)"},
                   {"write", "rw", "length(number).write", "length(number).rw"})),
       resolve_data},
      {cross(cross({"procfs", "procfs(string)"}, {"", "umask(number)"}),
             {"read", "read.maxsize(number)", "write"}),
       resolve_procfs},
      {{"kernel.trace(string)"}, resolve_kernel_trace},
      {{"kernel.tracepoint(string)"}, resolve_kernel_tracepoint},
      {cross({"kernel.function(string)", "kprobe.function(string)",
              "module(string).function(string)", "kprobe.module(string).function(string)"},
             {"", "call", "return", "return.maxactive(number)"}),
       resolve_kernel_function},
      {cross({"kernel.function(string)", "module(string).function(string)"},
             {"inline", "exported"}),
       resolve_process_function},
      {cross({"kernel.function(number)"}, {"", "call", "return", "inline", "exported"}),
       resolve_process_function},
      {cross({"kernel.statement(string)", "kernel.statement(number)",
              "module(string).statement(string)"},
             {"", "nearest"}),
       resolve_process_statement},
  };
}

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = [] {
    std::vector<Pattern> made;
    for (const Row& row : rows())
      for (const std::string& text : row.patterns) made.push_back(parse_pattern(text, row.family));
    return made;
  }();
  return all;
}

Argument argument_of(const ast::ProbeComponent& component) {
  if (component.string_arg) return Argument::String;
  return component.number_arg ? Argument::Number : Argument::None;
}

bool agrees(const PatternComponent& wanted, const ast::ProbeComponent& written) {
  return wanted.functor == written.functor && wanted.argument == argument_of(written);
}

/// How many leading components of the point agree with the pattern.
size_t agreeing(const Pattern& pattern, const ast::ProbePoint& point) {
  size_t most = std::min(pattern.components.size(), point.components.size()), n = 0;
  while (n < most && agrees(pattern.components[n], point.components[n])) n++;
  return n;
}

const char* describe(Argument argument) {
  switch (argument) {
    case Argument::String: return "a string argument";
    case Argument::Number: return "a number argument";
    case Argument::None: break;
  }
  return "no argument";
}

/// The functor exists at this place, with another kind of argument.
void report_argument(const ast::ProbeComponent& bad, const std::set<Argument>& wanted,
                     Diagnostics& diagnostics) {
  std::string kinds;
  for (Argument kind : wanted) kinds += (kinds.empty() ? "" : " or ") + std::string(describe(kind));
  std::string has = argument_of(bad) == Argument::None
                        ? "none is given"
                        : std::string(describe(argument_of(bad))) + " is given";
  diagnostics.semantic_error(
      "probe-argument", bad.span,
      "probe point component '" + bad.functor + "' takes " + kinds + ", but " + has);
}

/// No pattern agrees with the whole point: says at which component it goes wrong.
void report_mismatch(const ast::ProbePoint& point, Diagnostics& diagnostics) {
  size_t depth = 0;
  for (const Pattern& pattern : patterns()) depth = std::max(depth, agreeing(pattern, point));
  Names next;
  bool can_end = false;
  std::set<Argument> kinds;
  for (const Pattern& pattern : patterns()) {
    if (agreeing(pattern, point) < depth) continue;
    if (pattern.components.size() == depth) {
      can_end = true;
      continue;
    }
    const PatternComponent& candidate = pattern.components[depth];
    next.push_back(candidate.functor);
    if (depth < point.components.size() && candidate.functor == point.components[depth].functor)
      kinds.insert(candidate.argument);
  }
  std::sort(next.begin(), next.end());
  next.erase(std::unique(next.begin(), next.end()), next.end());
  if (depth == point.components.size()) {
    diagnostics
        .semantic_error("probe-incomplete", point.span,
                        "probe point '" + written(point) + "' is not complete")
        .hint("can be followed by: " + join(next));
    return;
  }
  const ast::ProbeComponent& bad = point.components[depth];
  if (!kinds.empty()) return report_argument(bad, kinds, diagnostics);
  Diagnostic& diagnostic = diagnostics.semantic_error(
      "probe-mismatch", bad.span,
      depth == 0 ? "unknown probe point '" + bad.functor + "'"
                 : "probe point component '" + bad.functor + "' cannot be used here");
  Names similar = similar_names(bad.functor, next);
  constexpr size_t kShort = 16;
  if (depth == 0 || next.size() > kShort) {
    if (!similar.empty()) diagnostic.hint("similar: " + join(similar));
  } else if (!next.empty())
    diagnostic.hint(std::string(can_end ? "can be followed by: " : "expected: ") + join(next));
}

/// The texts of a probe hold names from debug information, and are shown by listings, messages, pp() and its siblings.
void make_printable(ResolvedProbe& probe) {
  for (std::string* text : {&probe.canonical, &probe.site.pp, &probe.site.function,
                            &probe.site.label, &probe.site.file_line})
    *text = ct::terminal_safe(*text);
}

}  // namespace

std::vector<ResolvedProbe> resolve(const ast::ProbePoint& point, ResolveContext& context) {
  for (const Pattern& pattern : patterns()) {
    if (pattern.components.size() != point.components.size()) continue;
    if (agreeing(pattern, point) != pattern.components.size()) continue;
    std::vector<ResolvedProbe> probes = pattern.family(point, context);
    for (ResolvedProbe& probe : probes) {
      if (probe.site.pp.empty()) probe.site.pp = probe.canonical;
      make_printable(probe);
      if (probe.entry) make_printable(*probe.entry);
    }
    return probes;
  }
  report_mismatch(point, context.diagnostics);
  return {};
}

std::vector<ast::ProbePoint> without_wildcards(const ast::ProbePoint& point) {
  std::vector<ast::ProbePoint> found;
  for (const Pattern& pattern : patterns()) {
    if (pattern.components.size() != point.components.size()) continue;
    bool fits = true;
    for (size_t i = 0; i < pattern.components.size(); i++)
      fits = fits && pattern.components[i].argument == argument_of(point.components[i]) &&
             fnmatch(point.components[i].functor.c_str(), pattern.components[i].functor.c_str(),
                     0) == 0;
    if (!fits) continue;
    ast::ProbePoint one = ast::clone(point);
    for (size_t i = 0; i < pattern.components.size(); i++)
      one.components[i].functor = pattern.components[i].functor;
    found.push_back(std::move(one));
  }
  return found;
}

bool is_builtin(const ast::ProbePoint& point) {
  if (point.components.empty()) return false;
  const std::string& first = point.components.front().functor;
  return std::any_of(patterns().begin(), patterns().end(), [&](const Pattern& pattern) {
    return pattern.components.front().functor == first;
  });
}

std::vector<std::string> point_patterns() {
  std::vector<std::string> texts;
  for (const Pattern& pattern : patterns()) texts.push_back(pattern.text);
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::string written(const ast::ProbePoint& point) {
  std::string text;
  for (const ast::ProbeComponent& component : point.components) {
    if (!text.empty()) text += '.';
    text += component.functor;
    if (component.string_arg) text += "(\"" + *component.string_arg + "\")";
    if (component.number_arg) text += "(" + std::to_string(*component.number_arg) + ")";
  }
  return text;
}

bool has_wildcard(const ast::ProbePoint& point) { return has_wildcard(written(point)); }

}  // namespace coretap::probes
