// The sites of a point are explained by what chose them: of a source line by the roles that the rows of the line table have
// (dwarf/line_evidence.h), of a function by where in its code the address is.
#include "why/why_point.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <sstream>

#include "probes/dwarf_scope.h"
#include "probes/point_spec.h"
#include "probes/process_target.h"
#include "runtime/common/terminal.h"
#include "runtime/common/words.h"
#include "why/text.h"

namespace coretap::why {
namespace {

using debug::LineEvidence;
using debug::RowRole;
using probes::ResolvedProbe;

/// What is told one by one; the rest is counted.
constexpr size_t kMostSites = 12, kMostCopies = 6, kMostRows = 24;

// ------------------------------------------------------------------ rows of a line

const char* role_text(RowRole role) {
  switch (role) {
    case RowRole::Site: return "a site: an execution of the line begins here";
    case RowRole::SameAddress: return "no site of its own: it is at the address of one";
    case RowRole::NotStatement:
      return "no site: the compiler says that no statement begins here (is_stmt is not set)";
    case RowRole::LaterPart:
      return "no site: the increment or the test of the loop that the line heads";
    case RowRole::LeadIn: return "no site: it only leads to one";
    case RowRole::OtherPart: return "no site: a part of the line that runs behind its first part";
    case RowRole::LoopTurn:
      return "no site: it is in the loop that the line heads, and runs in each turn";
    case RowRole::Jump: return "no site: nothing but a jump";
    case RowRole::Continuation: break;
  }
  return "no site: it goes on with an execution that has begun";
}

const char* rule_text(debug::SiteRule rule) {
  switch (rule) {
    case debug::SiteRule::Markers:
      return "the compiler marks where statements begin (gcc's is_stmt rows)";
    case debug::SiteRule::ControlFlow:
      return "its sites are where control comes to the line's first part";
    case debug::SiteRule::Blocks: break;
  }
  return "its code cannot be decoded, so the lowest row of each block is taken";
}

std::string doubt_text(const LineEvidence& line) {
  const std::string at = line.doubt_at != 0 ? " at " + hex(line.doubt_at) : "";
  switch (line.doubt) {
    case debug::Doubt::Nothing: return "";
    case debug::Doubt::Beginning:
      return "which of its rows begin an execution is not sure, because the beginning left no "
             "trace "
             "of its own";
    case debug::Doubt::WayIn:
      return "its code" + at + " is in its loop, and nothing else leads into that";
    case debug::Doubt::SeveralAtOnce:
      return "the instruction" + at + " does the work of several executions";
    case debug::Doubt::OtherWay: return "its code" + at + " can be come to without passing a site";
    case debug::Doubt::MergedCopies: break;
  }
  return "behind one site the same is done several times, as the code" + at + " shows";
}

void tell_row(const LineEvidence::Row& row, std::ostream& out) {
  out << "    row " << hex(row.address);
  if (row.column != 0) out << ", column " << row.column;
  out << ": " << role_text(row.role);
  if (row.role == RowRole::Site && row.site != row.address)
    out << (row.is_behind_prologue
                ? ". The probe is behind the function's prologue, at "
                : ". Its code was moved; the probe is where each execution still comes, at ")
        << hex(row.site);
  out << ".\n";
}

void tell_copy(const LineEvidence& line, std::ostream& out) {
  out << "  Line " << short_place(line.source);
  if (!line.function.empty())
    out << " in " << (line.is_inlined ? "the copy of " : "") << ct::terminal_safe(line.function)
        << (line.is_inlined ? " that begins at " : ", which begins at ") << hex(line.entry);
  out << ": " << rule_text(line.rule) << ".\n";
  for (size_t i = 0; i < line.rows.size() && i < kMostRows; i++) tell_row(line.rows[i], out);
  if (line.rows.size() > kMostRows)
    out << "    … and " << count_of(line.rows.size() - kMostRows, "more row") << ".\n";
  const bool has_site = std::any_of(line.rows.begin(), line.rows.end(),
                                    [](const auto& row) { return row.role == RowRole::Site; });
  if (!has_site)
    out << "    No statement of the line begins in this code: what is left of it was merged into "
           "that of other lines.\n";
  else if (const std::string doubt = doubt_text(line); !doubt.empty())
    out << "    Inexact: it may count less than it runs, because " << doubt << ".\n";
  else
    out << "    Exact: each execution passes one site, as far as the compiler left traces.\n";
}

void tell_copies(const debug::LineStory& story, std::ostream& out) {
  for (size_t i = 0; i < story.copies.size() && i < kMostCopies; i++)
    tell_copy(story.copies[i], out);
  if (story.copies.size() > kMostCopies)
    out << "  … and " << story.copies.size() - kMostCopies << " more copies of the code.\n";
}

// ------------------------------------------------------------------ sites

}  // namespace

std::string position_of(const probes::CodePlace& place, const ResolvedProbe& site) {
  const uint64_t pc = place.site.point.pc;
  const debug::Module& module = *place.module;
  const std::optional<debug::Function> real = module.function_at(pc, false);
  if (!real) return "no function is known there";
  const std::string name = ct::terminal_safe(real->name);
  if (site.mechanism == ir::Mechanism::UprobeAtReturn) return "a return instruction of " + name;
  for (const debug::Function& copy : module.functions(site.site.function, "", true))
    if (copy.is_inlined_copy && copy.entry_pc == pc && copy.name == site.site.function)
      return "where the copy of " + ct::terminal_safe(copy.name) +
             " begins that was inlined into " + name;
  if (real->entry_pc == pc) return "the first instruction of " + name;
  if (real->prologue_end == pc)
    return "behind the prologue of " + name + ", which begins at " + hex(real->entry_pc) +
           ": from here on its variables are where the debug information says";
  return name + "+" + hex(pc - real->entry_pc);
}

std::string event_of(const ResolvedProbe& site) {
  if (site.side == ir::Side::User) return "it runs in user space, in the session itself";
  std::string text = std::string("by ") + ir::info(site.mechanism).text;
  if (!site.site.target.empty()) text += " at " + ct::terminal_safe(site.site.target);
  if (site.site.offset != 0) text += "+" + hex(site.site.offset);
  return text;
}

std::string rows_of_line(const debug::Module& module, const std::string& function,
                         const debug::SourceLine& line) {
  std::ostringstream out;
  tell_copies(module.line_story(function, line.file, line.line, line.line), out);
  return out.str();
}

namespace {

void tell_site(const ResolvedProbe& site, std::ostream& out) {
  const std::shared_ptr<const probes::CodePlace> place = site.scope->place();
  if (!place) {
    out << "  " << ct::terminal_safe(site.canonical) << ": " << event_of(site) << ".\n";
    return;
  }
  out << "  " << hex(place->site.point.pc);
  if (const std::string line = short_place(site.source); !line.empty()) out << ", " << line;
  out << ": " << position_of(*place, site) << ".\n";
  if (!site.site.placement.empty())
    out << "    It is probed " << ct::terminal_safe(site.site.placement) << ".\n";
  if (site.may_repeat) out << "    Inexact: it may count again when the coroutine is resumed.\n";
}

// ------------------------------------------------------------------ a line without a site

struct AskedLine {
  probes::PointSpec spec;
  uint32_t line = 0;
};

/// The one line of `.statement("F@FILE:LINE")`; nothing if the point asks for something else, or for several.
std::optional<AskedLine> asked_line(const ast::ProbePoint& point) {
  const ast::ProbeComponent* component = probes::find_component(point, "statement");
  if (!component || !component->string_arg) return std::nullopt;
  Diagnostics unseen;
  std::optional<probes::PointSpec> spec =
      probes::parse_point_spec(*component->string_arg, component->span, unseen);
  if (!spec || spec->relative || spec->every_line || spec->lines.size() != 1 ||
      spec->lines.front().first != spec->lines.front().last)
    return std::nullopt;
  const uint32_t line = spec->lines.front().first;
  return AskedLine{*std::move(spec), line};
}

std::string nearest_with_sites(const debug::Module& module, const probes::PointSpec& spec,
                               uint32_t line) {
  std::set<uint32_t> lines;
  for (const debug::LineSite& site :
       module.line_sites(spec.function, spec.file, 0, 0, false, false))
    lines.insert(site.source.line);
  return nearest_first({lines.begin(), lines.end()}, line);
}

void tell_line_without_rows(const debug::Module& module, const AskedLine& asked,
                            const debug::LineStory& story, std::ostream& out) {
  const std::string function = ct::terminal_safe(asked.spec.function);
  out << "  The line table of " << ct::terminal_safe(module.path()) << " has no row for line "
      << asked.line << (asked.spec.function == "*" ? "" : " in code of " + function) << ".\n";
  const debug::LineStory elsewhere =
      module.line_story("*", asked.spec.file, asked.line, asked.line);
  std::set<std::string> owners;
  for (const LineEvidence& copy : elsewhere.copies)
    if (!copy.function.empty()) owners.insert(ct::terminal_safe(copy.function));
  if (!owners.empty() && asked.spec.function != "*")
    out << "  The line is code of " << ct::join(owners) << ", not of " << function << ".\n";
  else if (story.declares)
    out << "  It declares a local variable, and that took no instructions of its own.\n";
  else
    out << "  It holds no statement (a comment, a brace, a declaration), or the compiler left no "
           "instruction of it.\n";
}

}  // namespace

bool answer_line_without_site(const Question& question, const ast::ProbePoint& point,
                              probes::ResolveContext& context, std::ostream& out) {
  const std::optional<AskedLine> asked = asked_line(point);
  if (!asked) return false;
  Diagnostics::Attempt attempt(context.diagnostics);
  const std::vector<probes::ProcessTarget> targets = find_process_targets(point, context);
  attempt.drop();  // what is wrong with the target was said when the point was resolved
  if (targets.size() != 1 || !targets.front().module->has_dwarf()) return false;
  const debug::Module& module = *targets.front().module;
  const probes::PointSpec& spec = asked->spec;
  if (module.functions(spec.function, spec.file, true).empty()) return false;
  const debug::LineStory story =
      module.line_story(spec.function, spec.file, asked->line, asked->line);
  out << "No: " << ct::terminal_safe(question.point) << " has no site"
      << (question.variable.empty() ? "" : ", so nothing can be read there") << ".\n";
  if (story.copies.empty())
    tell_line_without_rows(module, *asked, story, out);
  else
    tell_copies(story, out);
  if (const std::string lines = nearest_with_sites(module, spec, asked->line); !lines.empty())
    out << "Lines that have sites, the nearest first: " << lines << ".\n";
  return true;
}

void answer_point(const Question& question, const Program& program, probes::ResolveContext&,
                  std::ostream& out) {
  std::vector<const ResolvedProbe*> sites;
  for (const ElaboratedProbe& probe : program.probes)
    for (const ResolvedProbe& site : probe.sites) sites.push_back(&site);
  out << ct::terminal_safe(question.point) << " has " << count_of(sites.size(), "site") << ".\n";
  for (size_t i = 0; i < sites.size() && i < kMostSites; i++) tell_site(*sites[i], out);
  if (sites.size() > kMostSites)
    out << "  … and " << count_of(sites.size() - kMostSites, "more site") << ".\n";
  const ast::ProbePoint& point = program.files[0]->probes[0]->points[0];
  const std::optional<AskedLine> asked = asked_line(point);
  if (sites.empty() || !asked) return;
  std::set<std::pair<const debug::Module*, uint32_t>> told;
  for (const ResolvedProbe* site : sites) {
    const std::shared_ptr<const probes::CodePlace> place = site->scope->place();
    if (!place || !told.emplace(place->module.get(), site->source.line).second) continue;
    tell_copies(place->module->line_story(asked->spec.function, asked->spec.file, site->source.line,
                                          site->source.line),
                out);
  }
}

}  // namespace coretap::why
