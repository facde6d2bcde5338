// What the sites and variables are was decided where scripts are compiled: by the families that resolved the points, and by the
// scopes of the sites. Here the same questions are asked of the debug information once more, for a reader.
#include <algorithm>
#include <memory>
#include <optional>

#include "dwarf/module.h"
#include "explain/collect.h"
#include "probes/access.h"
#include "probes/dwarf_scope.h"
#include "runtime/common/regular_file.h"
#include "support/descriptor.h"
#include "support/file.h"
#include "why/text.h"
#include "why/why_point.h"

namespace coretap::explain {
namespace {

using probes::CodePlace;
using probes::ResolvedProbe;

/// Sites that are shown with the code around them, and those that are shown at all.
constexpr size_t kMostInFull = 24, kMostSites = 400;
/// Sites of one probe at which its variables are told of.
constexpr size_t kMostOfVariables = 4;
/// Lines and instructions on each side of a site.
constexpr uint32_t kLinesAround = 4;
constexpr size_t kInstructionsAround = 6;
constexpr size_t kMostSource = 16 << 20;  ///< bytes of a source file

std::string hex_bytes(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!out.empty()) out += ' ';
    out += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

class SiteCollector {
 public:
  SiteCollector(const Program& program, const Places& places, probes::ResolveContext& context,
                Story& story, Named& named)
      : program_(program), places_(places), context_(context), story_(story), named_(named) {}

  void run() {
    for (size_t p = 0; p < program_.probes.size(); p++) {
      const ElaboratedProbe& probe = program_.probes[p];
      for (size_t s = 0; s < probe.sites.size(); s++) {
        const Id site = add(probe, probe.sites[s]);
        if (site.empty() || s >= kMostOfVariables) continue;
        for (const auto& [name, use] : named_.targets[p]) variable(probe.sites[s], site, name, use);
      }
    }
  }

 private:
  Id add(const ElaboratedProbe& probe, const ResolvedProbe& resolved) {
    if (story_.sites.size() >= kMostSites) {
      story_.more_sites++;
      return "";
    }
    Site site;
    site.id = "a" + std::to_string(story_.sites.size());
    site.point = resolved.canonical;
    story_.links.add(site.id, places_.of(probe.span));
    if (resolved.side == ir::Side::Kernel)
      named_.sites[{resolved.site.target, resolved.site.offset}].insert(site.id);
    const std::shared_ptr<const CodePlace> place = resolved.scope->place();
    if (place)
      describe(site, resolved, *place);
    else
      site.why = why::event_of(resolved);
    story_.sites.push_back(std::move(site));
    return story_.sites.back().id;
  }

  void describe(Site& site, const ResolvedProbe& resolved, const CodePlace& place) {
    const uint64_t pc = place.site.point.pc;
    site.where = why::hex(pc);
    if (const std::string line = why::short_place(resolved.source); !line.empty())
      site.where += ", " + line;
    site.why = why::position_of(place, resolved);
    if (!resolved.site.placement.empty()) site.why += "; it is probed " + resolved.site.placement;
    if (story_.sites.size() >= kMostInFull) return;
    const std::vector<debug::AssemblyLine> code = place.module->assembly(pc, kInstructionsAround);
    for (const debug::AssemblyLine& one : code)
      site.code.push_back({site.id + "_" + std::to_string(site.code.size()), one.address,
                           hex_bytes(one.bytes), one.text, one.address == pc});
    for (const Instruction& one : site.code)
      if (one.is_site) story_.links.add(one.id, site.id);
    if (resolved.source.line == 0) return;
    // A return instruction is chosen by the code, whatever its line is.
    if (resolved.mechanism != ir::Mechanism::UprobeAtReturn)
      site.rows = why::rows_of_line(*place.module, resolved.site.function, resolved.source);
    site.file = resolved.source.file;
    const std::vector<std::string>& lines = source(site.file);
    const uint32_t line = resolved.source.line;
    for (uint32_t i = line - std::min(line - 1, kLinesAround);
         i <= line + kLinesAround && i <= lines.size(); i++)
      site.source.push_back({i, lines[i - 1], i == line});
  }

  /// The lines of a source file as it is now; none if it cannot be read.
  const std::vector<std::string>& source(const std::string& path) {
    const auto [known, is_new] = sources_.try_emplace(path);
    if (!is_new) return known->second;
    const Descriptor file(ct::open_regular(path.c_str()).value_or(-1));
    const std::string text = file ? read_all(file.get(), kMostSource).value_or("") : "";
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      known->second.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return known->second;
  }

  // ---------------------------------------------------------------- variables

  void variable(const ResolvedProbe& site, const Id& site_id, const std::string& name,
                const TargetUse& use) {
    VariableRow row;
    row.id = "v" + std::to_string(story_.variables.size());
    row.name = name;
    row.point = site.canonical;
    if (const debug::TypePtr type = site.scope->type_of(*use.target))
      row.type = probes::spelling(type);
    const std::shared_ptr<const CodePlace> place = place_of(site, name);
    if (!place)
      row.where = "found by its name on the kernel where the script runs, by BTF";
    else if (name == "$return")
      row.where = why::location_sentence(place->module->return_location(place->site.point.pc),
                                         place->site.machine);
    else if (const auto variable = why::visible_variable(*place, name.substr(1)))
      locate(row, site, *place, *variable);
    else
      return;  // "$$vars" and the like are several
    story_.links.add(row.id, use.ids);
    story_.links.add(row.id, site_id);
    story_.variables.push_back(std::move(row));
  }

  /// Where its variables are read: those of a .return probe that are parameters mean their values at the entry.
  std::shared_ptr<const CodePlace> place_of(const ResolvedProbe& site, const std::string& name) {
    std::shared_ptr<const CodePlace> place = site.scope->place();
    if (!place || !site.is_return || place->site.kernel || name == "$return") return place;
    const auto variable = why::visible_variable(*place, name.substr(1));
    const auto function = place->module->function_at(place->site.point.pc, false);
    if (!variable || !variable->is_parameter || !function) return place;
    scopes_.push_back(probes::make_dwarf_scope(place->module, {function->entry_pc, 0}, 0,
                                               ir::Mechanism::Uprobe, context_));
    return scopes_.back()->place();
  }

  void locate(VariableRow& row, const ResolvedProbe& site, const CodePlace& place,
              const debug::Variable& variable) {
    row.type = probes::spelling(variable.type);
    row.where = where(place, variable);
    row.declared =
        std::string(variable.is_global      ? "A variable of the file"
                    : variable.is_parameter ? "A parameter"
                                            : "A local variable") +
        (variable.decl_line ? ", declared at line " + std::to_string(variable.decl_line) : "") +
        ".";
    const debug::LocationEvidence evidence = place.module->evidence(variable, place.site.point);
    if (evidence.form == debug::LocationEvidence::List)
      for (const auto& entry : evidence.entries)
        row.entries.push_back({why::hex(entry.start) + "-" + why::hex(entry.end),
                               why::location_sentence(entry.location, place.site.machine),
                               entry.holds});
    if (!variable.is_global) ribbon(row, site, place);
  }

  static std::string where(const CodePlace& place, const debug::Variable& variable) {
    const debug::VarLocation location = place.module->location_at(variable, place.site.point);
    const ct::Status readable = probes::check_location(location, place.site);
    return readable ? why::location_sentence(location, place.site.machine) : readable.text();
  }

  /// The function's lines, each with what is known of the variable there.
  void ribbon(VariableRow& row, const ResolvedProbe& site, const CodePlace& place) {
    if (site.source.line == 0) return;
    const auto real = place.module->function_at(place.site.point.pc, true);
    row.function = real ? real->name : site.site.function;
    struct Line {
      size_t all = 0, seen = 0, readable = 0;
      std::string where;
    };
    std::map<uint32_t, Line> lines;
    for (const debug::LineSite& each :
         place.module->line_sites(row.function, site.source.file, 0, 0, false, false)) {
      if (each.function != row.function || each.source.file != site.source.file) continue;
      const CodePlace there =
          probes::code_place(place.module, {each.pc, each.view}, each.scope, site.mechanism);
      Line& line = lines[each.source.line];
      line.all++;
      const auto variable = why::visible_variable(there, row.name.substr(1));
      if (line.where.empty())
        line.where = variable ? where(there, *variable) : "the code here does not see it";
      if (!variable) continue;
      line.seen++;
      line.readable += static_cast<bool>(probes::check_location(
          there.module->location_at(*variable, there.site.point), there.site));
    }
    for (const auto& [number, line] : lines)
      row.ribbon.push_back({number,
                            line.readable == line.all ? Reach::Readable
                            : line.readable != 0      ? Reach::InPart
                            : line.seen != 0          ? Reach::Gone
                                                      : Reach::NotInScope,
                            line.where, number == site.source.line});
  }

  const Program& program_;
  const Places& places_;
  probes::ResolveContext& context_;
  Story& story_;
  Named& named_;
  std::map<std::string, std::vector<std::string>> sources_;
  std::vector<std::shared_ptr<probes::ContextScope>> scopes_;  ///< places are theirs
};

}  // namespace

void collect_sites(const Program& program, const Places& places, probes::ResolveContext& context,
                   Story& story, Named& named) {
  SiteCollector(program, places, context, story, named).run();
}

}  // namespace coretap::explain
