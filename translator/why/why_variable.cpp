// What can be read is decided where scripts read it: by the scope of the site, and for the function's other lines by the same
// functions of the debug information. Here the evidence is laid beside it: the declaration, the list of locations with the
// entry that holds, the scope that the place is in or not.
#include "why/why_variable.h"

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>

#include "probes/access.h"
#include "probes/dwarf_scope.h"
#include "probes/scope_base.h"
#include "runtime/common/terminal.h"
#include "runtime/common/words.h"
#include "why/text.h"

namespace coretap::why {
namespace {

using probes::CodePlace;
using probes::ResolvedProbe;

/// Sites that are told of one by one; of a line that is copied more often the rest is counted.
constexpr size_t kMostSites = 6;

class VariableAnswer {
 public:
  VariableAnswer(const Question& question, const ast::Expr& variable, Program& program,
                 probes::ResolveContext& context, std::ostream& out)
      : question_(question), variable_(variable), program_(program), context_(context), out_(out) {
    // "@var("x")" without a file is "$x".
    if (variable.kind == ast::ExprKind::Target)
      name_ = static_cast<const ast::Target&>(variable).name.substr(1);
    else
      name_ = static_cast<const ast::AtVar&>(variable).target;
  }

  bool run() {
    for (ElaboratedProbe& probe : program_.probes)
      for (ResolvedProbe& site : probe.sites) add(site);
    if (sites_.empty()) {
      out_ << "No: " << ct::terminal_safe(question_.point) << " has no site.\n";
      return true;
    }
    if (readable_ == 0 && !exists_somewhere()) {
      program_.diagnostics.report(*sites_.front().refusal);
      return false;
    }
    headline();
    for (size_t i = 0; i < sites_.size() && i < kMostSites; i++) tell_site(sites_[i]);
    if (sites_.size() > kMostSites)
      out_ << "  … and " << count_of(sites_.size() - kMostSites, "more site") << ".\n";
    tell_lines(*sites_.front().probe);
    return true;
  }

 private:
  /// A site, and where its variable is read.
  struct Asked {
    const ResolvedProbe* probe;
    std::shared_ptr<probes::ContextScope> scope;
    bool at_entry = false;  ///< of a .return probe, which means the value at the entry
    std::optional<Diagnostic> refusal;
  };

  void add(const ResolvedProbe& site) {
    Asked asked{&site, site.scope, false, std::nullopt};
    if (const std::optional<uint64_t> entry = entry_of(site)) {
      asked.at_entry = true;
      asked.scope = probes::make_dwarf_scope(site.scope->place()->module, {*entry, 0}, 0,
                                             ir::Mechanism::Uprobe, context_);
    }
    asked.refusal = probes::refusal(*asked.scope, variable_, context_);
    if (!asked.refusal) readable_++;
    sites_.push_back(std::move(asked));
  }

  /// Where a .return probe's function begins, if the variable means its value there, as parameters do.
  std::optional<uint64_t> entry_of(const ResolvedProbe& site) const {
    const std::shared_ptr<const CodePlace> place = site.scope->place();
    if (!site.is_return || !place || place->site.kernel || is_special()) return std::nullopt;
    const std::optional<debug::Variable> variable = visible_variable(*place, name_);
    if (!variable || !variable->is_parameter) return std::nullopt;
    const std::optional<debug::Function> function =
        place->module->function_at(place->site.point.pc, false);
    return function ? std::optional(function->entry_pc) : std::nullopt;
  }

  /// Is there a variable of the name at a site, or in a function around one? Of what has no debug information nobody knows.
  bool exists_somewhere() const {
    return std::any_of(sites_.begin(), sites_.end(), [&](const Asked& asked) {
      const std::shared_ptr<const CodePlace> place = asked.scope->place();
      if (!place) return asked.scope->listing().empty();
      return visible_variable(*place, name_) || place->module->global_variable(name_) ||
             is_special() || !place->module->variables_called(name_, place->site.point.pc).empty();
    });
  }

  /// "$return", "$$vars", or a variable of another file: no variable of the function.
  bool is_special() const {
    return variable_.kind == ast::ExprKind::AtVar || name_ == "return" || name_.starts_with("$");
  }

  void headline() {
    const size_t readable = readable_;
    const std::string what = ct::terminal_safe(question_.variable) + " can" +
                             (readable == 0 ? "not" : "") + " be read at ";
    if (readable == sites_.size() || readable == 0)
      out_ << (readable == 0 ? "No: " : "Yes: ") << what << ct::terminal_safe(question_.point)
           << ".\n";
    else
      out_ << "In part: " << what << readable << " of the " << count_of(sites_.size(), "site")
           << " of " << ct::terminal_safe(question_.point) << ".\n";
  }

  void tell_site(const Asked& asked) {
    const ResolvedProbe& site = *asked.probe;
    const std::optional<Diagnostic>& refusal = asked.refusal;
    const std::shared_ptr<const CodePlace> place = asked.scope->place();
    if (!place) {
      out_ << "  " << ct::terminal_safe(site.canonical) << ": "
           << (refusal ? refusal->message : "it can be read") << ".\n";
      tell_hints(refusal);
      return;
    }
    out_ << "  At " << hex(place->site.point.pc);
    if (!site.site.function.empty()) out_ << ", in " << ct::terminal_safe(site.site.function);
    if (const std::string line = short_place(site.source); !line.empty()) out_ << ", " << line;
    out_ << (asked.at_entry ? ", where its value is kept for the return: " : ": ");
    const std::optional<debug::Variable> variable = seen_at(*place);
    if (variable)
      tell_visible(site, *place, *variable, refusal);
    else if (!refusal && name_ == "return")
      out_ << location_sentence(place->module->return_location(place->site.point.pc),
                                place->site.machine)
           << ".\n";
    else if (!refusal)
      out_ << "it can be read.\n";
    else if (is_special())
      out_ << refusal->message << ".\n";
    else
      tell_not_visible(site, *place);
    if (!variable) tell_hints(refusal);
  }

  void tell_hints(const std::optional<Diagnostic>& refusal) {
    if (!refusal) return;
    std::vector<std::string> hints = refusal->hints;
    for (const Diagnostic::LateHint& late : refusal->late_hints)
      if (const std::string text = late.text(); !text.empty()) hints.push_back(text);
    for (const std::string& hint : hints) out_ << "    " << ct::terminal_safe(hint) << "\n";
  }

  std::optional<debug::Variable> seen_at(const CodePlace& place) const {
    if (variable_.kind == ast::ExprKind::AtVar) {
      const auto& var = static_cast<const ast::AtVar&>(variable_);
      const size_t mark = var.target.find('@');
      if (!var.module.empty()) return std::nullopt;
      if (mark != std::string::npos)
        return probes::variable_of_file(*place.module, var.target.substr(0, mark),
                                        var.target.substr(mark + 1));
    }
    if (std::optional<debug::Variable> seen = visible_variable(place, name_)) return seen;
    return place.module->global_variable(name_);
  }

  // ------------------------------------------------------------------ a variable that the place sees

  void tell_visible(const ResolvedProbe& site, const CodePlace& place,
                    const debug::Variable& variable, const std::optional<Diagnostic>& refusal) {
    const debug::VarLocation location = place.module->location_at(variable, place.site.point);
    const ct::Status readable = probes::check_location(location, place.site);
    if (!readable)
      out_ << readable.text() << ".\n";
    else if (refusal)  // the variable can be read, but not what is behind it
      out_ << ct::terminal_safe(refusal->message) << ".\n";
    else
      out_ << location_sentence(location, place.site.machine) << ".\n";
    tell_declaration(site, variable);
    tell_evidence(place, variable);
  }

  void tell_declaration(const ResolvedProbe& site, const debug::Variable& variable) {
    out_ << "    It is a "
         << (variable.is_global      ? "variable of the file"
             : variable.is_parameter ? "parameter"
                                     : "local variable")
         << ", of type " << ct::terminal_safe(probes::spelling(variable.type));
    if (variable.decl_line != 0) out_ << ", declared at line " << variable.decl_line;
    out_ << " (DIE <" << hex(debug::offset_in_file(variable.die_offset)).substr(2) << ">).\n";
    const bool is_local = !variable.is_global && !variable.is_parameter;
    if (is_local && site.source.line != 0 && variable.decl_line > site.source.line)
      out_ << "    It is declared below this line: what is there now need not be its value.\n";
  }

  void tell_evidence(const CodePlace& place, const debug::Variable& variable) {
    const debug::LocationEvidence evidence = place.module->evidence(variable, place.site.point);
    const uint16_t machine = place.site.machine;
    switch (evidence.form) {
      case debug::LocationEvidence::Nothing:
        out_ << "    The debug information gives it no location: the compiler kept it nowhere.\n";
        return;
      case debug::LocationEvidence::Constant:
        out_ << "    The compiler knew its value: the debug information has it "
                "(DW_AT_const_value).\n";
        return;
      case debug::LocationEvidence::Elsewhere:
        out_ << "    It is only declared here; it is defined elsewhere.\n";
        return;
      case debug::LocationEvidence::Expression:
        out_ << "    One location holds wherever it can be seen: "
             << location_sentence(evidence.entries.front().location, machine) << ".\n";
        return;
      case debug::LocationEvidence::List: break;
    }
    tell_list(evidence, place);
  }

  void tell_list(const debug::LocationEvidence& evidence, const CodePlace& place) {
    constexpr size_t kShown = 12;
    const uint64_t pc = place.site.point.pc;
    const std::vector<debug::LocationEvidence::Entry>& entries = evidence.entries;
    const auto holding = static_cast<size_t>(std::count_if(
        entries.begin(), entries.end(), [](const auto& entry) { return entry.holds; }));
    out_ << "    Its list of locations has " << entries.size()
         << (entries.size() == 1 ? " entry; " : " entries; ")
         << (holding == 0 ? "none of them holds at " + hex(pc) : "'*' marks what holds here")
         << ":\n";
    // Of a long list those around the place.
    auto ends_before = [&](const auto& entry) { return entry.end <= pc; };
    const auto before =
        static_cast<size_t>(std::count_if(entries.begin(), entries.end(), ends_before));
    const size_t first = before > kShown / 2 && entries.size() > kShown
                             ? std::min(before - kShown / 2, entries.size() - kShown)
                             : 0;
    const size_t last = std::min(entries.size(), first + kShown);
    for (size_t i = first; i < last; i++)
      out_ << "      " << (entries[i].holds ? "* " : "  ") << hex(entries[i].start) << "-"
           << hex(entries[i].end) << "  "
           << location_sentence(entries[i].location, place.site.machine) << "\n";
    if (last - first < entries.size())
      out_ << "      … " << entries.size() - (last - first) << " further from here are not shown\n";
    if (!evidence.is_whole)
      out_ << "      Behind these is an operation that coretap does not follow.\n";
  }

  // ------------------------------------------------------------------ a variable that the place does not see

  void tell_not_visible(const ResolvedProbe& site, const CodePlace& place) {
    out_ << "code here does not see it.\n";
    size_t shown = 0;
    const std::vector<debug::ScopedVariable> all =
        place.module->variables_called(name_, place.site.point.pc);
    for (const debug::ScopedVariable& one : all) {
      if (shown++ == kMostSites) break;
      tell_scope(one, site, place);
    }
  }

  void tell_scope(const debug::ScopedVariable& one, const ResolvedProbe& site,
                  const CodePlace& place) {
    const std::string owner = ct::terminal_safe(one.function);
    out_ << "    " << owner << " has one, declared at line " << one.variable.decl_line;
    const bool is_own = one.function == site.site.function;
    switch (one.scope) {
      case debug::ScopedVariable::Source:
        out_ << ", and the compiler left nothing of it in this code.\n";
        return;
      case debug::ScopedVariable::Function:
        out_ << (is_own ? ""
                        : ", but what was inlined into " + owner + " sees only its own variables")
             << ".\n";
        return;
      case debug::ScopedVariable::InlinedCopy:
        out_ << (is_own ? ", in another copy of its code"
                        : ", and is inlined here; this is code around it")
             << ": " << ranges_of(one) << ".\n";
        return;
      case debug::ScopedVariable::Block: break;
    }
    out_ << ", in a block whose code is at " << ranges_of(one);
    if (const std::string lines = lines_of(one, place, site.source.file); !lines.empty())
      out_ << " (" << lines << ")";
    out_ << ".\n";
  }

  static std::string ranges_of(const debug::ScopedVariable& one) {
    constexpr size_t kShown = 4;
    std::vector<std::string> texts;
    for (const auto& [lo, hi] : one.ranges) texts.push_back(hex(lo) + "-" + hex(hi));
    if (texts.empty()) return "no address";
    const size_t more = texts.size() > kShown ? texts.size() - kShown : 0;
    texts.resize(texts.size() - more);
    return ct::join(texts) + (more ? " and " + std::to_string(more) + " more" : "");
  }

  /// "lines 12 to 15" of the block's code.
  std::string lines_of(const debug::ScopedVariable& one, const CodePlace& place,
                       const std::string& file) {
    uint32_t low = UINT32_MAX, high = 0;
    for (const debug::LineSite& site : sites_of_function(place, one.function, file)) {
      const bool is_inside = std::any_of(
          one.ranges.begin(), one.ranges.end(),
          [&](const auto& range) { return range.first <= site.pc && site.pc < range.second; });
      if (!is_inside || site.function != one.function) continue;
      low = std::min(low, site.source.line);
      high = std::max(high, site.source.line);
    }
    if (high == 0) return "";
    return low == high ? "line " + std::to_string(low)
                       : "lines " + std::to_string(low) + " to " + std::to_string(high);
  }

  // ------------------------------------------------------------------ where it can be read

  /// Those of one source file: to look through the lines of all files takes seconds in a large program.
  const std::vector<debug::LineSite>& sites_of_function(const CodePlace& place,
                                                        const std::string& function,
                                                        const std::string& file) {
    auto [known, is_new] = line_sites_.try_emplace({function, file});
    if (is_new) known->second = place.module->line_sites(function, file, 0, 0, false, false);
    return known->second;
  }

  /// The name that the lines of the site's function have: the point may have used another symbol of the same code (malloc is
  /// __libc_malloc).
  std::string name_in_lines(const ResolvedProbe& site, const CodePlace& place) {
    const std::string& written = site.site.function;
    for (const debug::LineSite& each : sites_of_function(place, written, site.source.file))
      if (each.function == written) return written;
    const std::optional<debug::Function> real =
        place.module->function_at(place.site.point.pc, false);
    return real ? real->name : written;
  }

  void tell_lines(const ResolvedProbe& site) {
    const std::shared_ptr<const CodePlace> place = site.scope->place();
    if (!place || is_special() || site.is_return || site.source.line == 0 ||
        site.site.function.empty())
      return;
    struct Count {
      size_t readable = 0, all = 0;
    };
    std::map<uint32_t, Count> lines;
    const std::string name = name_in_lines(site, *place);
    for (const debug::LineSite& each : sites_of_function(*place, name, site.source.file)) {
      if (each.function != name || each.source.file != site.source.file) continue;
      Count& count = lines[each.source.line];
      count.all++;
      const CodePlace there =
          probes::code_place(place->module, {each.pc, each.view}, each.scope, site.mechanism);
      const std::optional<debug::Variable> variable = visible_variable(there, name_);
      if (variable && probes::check_location(there.module->location_at(*variable, there.site.point),
                                             there.site))
        count.readable++;
    }
    std::vector<uint32_t> whole, part;
    for (const auto& [line, count] : lines)
      if (count.readable == count.all)
        whole.push_back(line);
      else if (count.readable != 0)
        part.push_back(line);
    if (lines.empty()) return;  // the line table knows none of them
    const std::string function = ct::terminal_safe(name);
    if (whole.empty() && part.empty())
      out_ << "It can be read at no line of " << function << ".\n";
    else if (!whole.empty())
      out_ << "It can be read at these lines of " << function
           << ", the nearest first: " << nearest_first(whole, site.source.line) << ".\n";
    if (!part.empty())
      out_ << "At some of the sites of these lines, too: " << nearest_first(part, site.source.line)
           << ".\n";
  }

  const Question& question_;
  const ast::Expr& variable_;
  Program& program_;
  probes::ResolveContext& context_;
  std::ostream& out_;
  std::string name_;  ///< without '$'
  std::vector<Asked> sites_;
  size_t readable_ = 0;  ///< of the sites
  /// By function and file.
  std::map<std::pair<std::string, std::string>, std::vector<debug::LineSite>> line_sites_;
};

}  // namespace

bool answer_variable(const Question& question, const ast::Expr& variable, Program& program,
                     probes::ResolveContext& context, std::ostream& out) {
  return VariableAnswer(question, variable, program, context, out).run();
}

}  // namespace coretap::why
