// process(...)[.provider("PROVIDER")].mark("MARK"): USDT, the marks that <sys/sdt.h> leaves in a
// program or library. Wildcards are allowed in both names. A mark that the compiler copied is a site
// for each copy. Where a mark has a semaphore, the kernel raises it while the probe is attached.
//
// Variables: $arg1, $arg2 … are what the program passes; $$parms and $$vars show all of them;
// $$name and $$provider are texts. Where the object has debug information, the variables in scope
// at the mark are there too.
#include <fnmatch.h>

#include <set>

#include "probes/dwarf_scope.h"
#include "probes/long_type.h"
#include "probes/process_target.h"
#include "probes/scope_base.h"

namespace coretap::probes {

namespace {

constexpr std::string_view kArgument = "$arg";

/// "$arg1", "$arg2" and so on; "$argc" is a variable of the program.
bool is_argument(std::string_view name) {
  if (!name.starts_with(kArgument)) return false;
  name.remove_prefix(kArgument.size());
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

class MarkScope final : public ContextScope {
 public:
  /// `program`: the scope of the code around the mark, for every other variable.
  MarkScope(debug::UsdtMark mark, LocationSite site, std::string object,
            std::shared_ptr<ContextScope> program)
      : mark_(std::move(mark)),
        site_(std::move(site)),
        object_(std::move(object)),
        program_(std::move(program)) {}

  std::optional<ir::Operand> lower(const ast::Target& target, ContextLowering& to) override {
    if (std::optional<std::string> known = text(target.name)) return ir::Operand::string(*known);
    if (is_all(target.name)) return lower_all(to);
    if (!is_argument(target.name)) return program_->lower(target, to);
    const debug::UsdtArgument* argument = find(target, to.diagnostics());
    if (!argument) return std::nullopt;
    return lower_location(*argument->location.expr, site_, to.builder());
  }
  std::optional<ir::Operand> lower(const ast::AtVar& var, ContextLowering& to) override {
    return program_->lower(var, to);
  }
  std::optional<ir::Operand> lower_cfa(ContextLowering& to) override {
    return program_->lower_cfa(to);
  }
  std::string frame_key() const override { return program_->frame_key(); }
  size_t group_size(const std::string& name) override {
    return is_all(name) ? mark_.arguments.size() : program_->group_size(name);
  }

  bool defines(const ast::Expr& expr) override {
    if (expr.kind != ast::ExprKind::Target) return program_->defines(expr);
    const auto& target = static_cast<const ast::Target&>(expr);
    if (text(target.name) || is_all(target.name)) return true;
    if (!is_argument(target.name)) return program_->defines(expr);
    const debug::UsdtArgument* argument = numbered(target.name);
    return argument && target.components.empty() && !target.address_of &&
           check_location(argument->location, site_);
  }

  std::vector<std::string> listing() override {
    std::vector<std::string> names;
    for (size_t i = 1; i <= mark_.arguments.size(); i++)
      names.push_back(std::string(kArgument) + std::to_string(i) + ":long");
    return names;
  }

  std::string sharing_key() const override {
    return arguments_key() + "@" + std::to_string(site_.point.pc) + program_->sharing_key();
  }
  std::string sharing_key(const std::vector<std::string>& used) const override {
    std::vector<std::string> others;
    bool own = false;
    for (const std::string& name : used)
      if (is_argument(name) || is_all(name) || text(name))
        own = true;
      else
        others.push_back(name);
    return (own ? arguments_key() : "") + program_->sharing_key(others);
  }
  debug::TypePtr type_of(const ast::Expr& expr) override {
    bool own = expr.kind == ast::ExprKind::Target &&
               is_argument(static_cast<const ast::Target&>(expr).name);
    return own ? nullptr : program_->type_of(expr);
  }

 private:
  static bool is_all(const std::string& name) { return name == "$$vars" || name == "$$parms"; }

  std::optional<std::string> text(const std::string& name) const {
    if (name == "$$name") return mark_.name;
    if (name == "$$provider") return mark_.provider;
    return std::nullopt;
  }

  /// Everything that $arg… and $$… mean here. Arguments that are relative to the mark's own address
  /// are its own.
  std::string arguments_key() const {
    std::string key = object_ + "#mark:" + mark_.provider + ":" + mark_.name;
    bool is_relative = false;
    for (const debug::UsdtArgument& argument : mark_.arguments) {
      key += " " + location_text(argument.location);
      is_relative |= uses_static_address(argument.location);
    }
    return is_relative && !site_.fixed_address ? key + "@" + std::to_string(site_.point.pc) : key;
  }

  const debug::UsdtArgument* numbered(const std::string& name) const {
    for (size_t i = 0; i < mark_.arguments.size(); i++)
      if (name == std::string(kArgument) + std::to_string(i + 1)) return &mark_.arguments[i];
    return nullptr;
  }

  const debug::UsdtArgument* find(const ast::Target& target, Diagnostics& diagnostics) const {
    const debug::UsdtArgument* argument = numbered(target.name);
    if (!argument) {
      Diagnostic& diagnostic = diagnostics.semantic_error(
          "no-such-variable", target.span,
          "the mark '" + mark_.name + "' has no argument '" + target.name + "'");
      const size_t count = mark_.arguments.size();
      diagnostic.hint(count == 0   ? "it has no arguments"
                      : count == 1 ? "its only argument is $arg1"
                                   : "its arguments are $arg1 to $arg" + std::to_string(count));
      return nullptr;
    }
    if (!target.components.empty() || target.address_of) {
      diagnostics
          .semantic_error("no-such-member", target.span,
                          "'" + target.name + "' is a number: a mark does not say its type")
          .hint("@cast(" + target.name + ", \"TYPE\") gives it one");
      return nullptr;
    }
    ct::Status readable = check_location(argument->location, site_);
    if (readable) return argument;
    diagnostics.semantic_error(
        "variable-unavailable", target.span,
        "'" + target.name + "' (" + argument->text + ") cannot be read here: " + readable.text());
    return nullptr;
  }

  ir::Operand lower_all(ContextLowering& to) const {
    const debug::TypePtr type = long_type();
    std::vector<VarsEntry> entries;
    for (size_t i = 0; i < mark_.arguments.size(); i++) {
      VarsEntry entry{std::string(kArgument) + std::to_string(i + 1), type, nullptr};
      const debug::VarLocation& location = mark_.arguments[i].location;
      if (check_location(location, site_))
        entry.emit = [&location, type](PlaceEmitter& emitter) {
          return emitter.variable(location, type);
        };
      entries.push_back(std::move(entry));
    }
    PlaceEmitter emitter(to, site_);
    return print_vars(entries, 0, emitter);
  }

  debug::UsdtMark mark_;
  LocationSite site_;
  std::string object_;
  std::shared_ptr<ContextScope> program_;
};

std::string text_or(const ast::ProbeComponent* component, const char* otherwise) {
  return component ? *component->string_arg : otherwise;
}

bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

void report_no_mark(const debug::Module& module, const ast::ProbeComponent& at,
                    const ast::ProbeComponent* provider, ResolveContext& context) {
  const std::vector<debug::UsdtMark>& marks = module.marks().marks;
  std::string wanted = "'" + *at.string_arg + "'";
  if (provider) wanted += " of provider '" + *provider->string_arg + "'";
  Diagnostic& diagnostic = context.diagnostics.semantic_error(
      "no-such-mark", at.span, "no mark matches " + wanted + " in " + module.path());
  if (marks.empty()) {
    diagnostic.hint("it has no USDT marks (its section .note.stapsdt is missing or empty)");
    return;
  }
  std::set<std::string> names, others;
  for (const debug::UsdtMark& mark : marks) {
    names.insert(mark.name);
    if (matches(*at.string_arg, mark.name)) others.insert(mark.provider);
  }
  std::vector<std::string> similar = similar_names(*at.string_arg, {names.begin(), names.end()});
  if (!others.empty())
    diagnostic.hint("marks of that name belong to provider " + join(others));
  else if (!similar.empty())
    diagnostic.hint("similar: " + join(similar));
}

void warn_of_damage(const debug::Module& module, const Span& at, ResolveContext& context) {
  size_t damaged = module.marks().damaged;
  if (damaged != 0)
    context.diagnostics.warning(
        "damaged-notes", at,
        std::to_string(damaged) + " of the notes that describe USDT marks in " + module.path() +
            (damaged == 1 ? " is" : " are") + " damaged: their marks cannot be probed");
}

std::optional<ResolvedProbe> probe_mark(const ProcessTarget& target, const debug::UsdtMark& mark,
                                        const ast::ProbePoint& point,
                                        const ast::ProbeComponent& written,
                                        ResolveContext& context) {
  const debug::Module& module = *target.module;
  SiteDetails text;
  text.canonical = canonical_prefix(target);
  if (has_component(point, "provider")) text.canonical += ".provider(\"" + mark.provider + "\")";
  text.canonical += ".mark(\"" + mark.name + "\")";
  if (auto function = module.function_at(mark.pc, true)) text.function = function->name;
  if (auto line = module.line_at(mark.pc)) text.source = *line;
  text.is_mark = true;
  std::optional<ResolvedProbe> probe =
      make_uprobe(target, {mark.pc, 0}, ir::Mechanism::Uprobe, text, written.span, context);
  if (!probe) return probe;
  if (mark.semaphore != 0 && probe->site.semaphore == 0) {
    context.diagnostics.semantic_error(
        "bad-object", written.span,
        "the semaphore of mark '" + mark.name + "' is not in the data of " + module.path());
    return std::nullopt;
  }
  LocationSite site;
  site.point = {mark.pc, 0};
  site.machine = module.machine();
  site.fixed_address = module.has_fixed_addresses();
  probe->scope =
      std::make_shared<MarkScope>(mark, std::move(site), module.path(), std::move(probe->scope));
  return probe;
}

}  // namespace

std::vector<ResolvedProbe> resolve_process_mark(const ast::ProbePoint& point,
                                                ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "mark");
  const ast::ProbeComponent* provider = find_component(point, "provider");
  std::string name_pattern = *component.string_arg, provider_pattern = text_or(provider, "*");
  std::vector<ResolvedProbe> probes;
  std::vector<ProcessTarget> targets = find_process_targets(point, context);
  Diagnostics::Attempt attempt(context.diagnostics);
  for (const ProcessTarget& target : targets) {
    warn_of_damage(*target.module, component.span, context);
    bool found = false;
    for (const debug::UsdtMark& mark : target.module->marks().marks) {
      if (!matches(name_pattern, mark.name) || !matches(provider_pattern, mark.provider)) continue;
      found = true;
      if (auto probe = probe_mark(target, mark, point, component, context))
        probes.push_back(std::move(*probe));
    }
    if (!found) report_no_mark(*target.module, component, provider, context);
  }
  // One of several objects that has the mark is enough.
  if (targets.size() > 1 && !probes.empty()) attempt.drop();
  return probes;
}

}  // namespace coretap::probes
