#include "probes/dwarf_scope.h"

#include <algorithm>

#include "probes/families.h"
#include "probes/scope_base.h"
#include "probes/split_files.h"

namespace coretap::probes {

std::optional<debug::Variable> variable_of_file(const debug::Module& module,
                                                const std::string& name, const std::string& file) {
  if (std::optional<debug::Variable> own = module.variable_of_unit(name, file)) return own;
  std::optional<debug::Function> last;
  for (const debug::Function& function : module.functions("*", file, false)) {
    // Functions of one unit follow each other and see the same variables.
    if (last && last->decl.file == function.decl.file) continue;
    for (const debug::Variable& variable : module.variables_at(function.entry_pc, true))
      if (variable.is_global && variable.name == name) return variable;
    last = function;
  }
  return std::nullopt;
}

CodePlace code_place(std::shared_ptr<debug::Module> module, debug::CodePoint point, uint64_t scope,
                     ir::Mechanism mechanism) {
  CodePlace place{std::move(module),
                  scope,
                  mechanism != ir::Mechanism::Uprobe && mechanism != ir::Mechanism::Kprobe,
                  {}};
  LocationSite& site = place.site;
  site.point = point;
  site.is_return = mechanism == ir::Mechanism::Uretprobe || mechanism == ir::Mechanism::Kretprobe;
  site.machine = place.module->machine();
  if (mechanism == ir::Mechanism::Kprobe || mechanism == ir::Mechanism::Kretprobe) {
    site.space = ir::Space::Kernel;
    site.kernel = place.module->kernel_image();
  } else {
    site.fixed_address = place.module->has_fixed_addresses();
  }
  if (auto function = place.module->function_at(point.pc, false)) {
    site.at_entry = function->entry_pc == point.pc;
    site.entry_known = !site.is_return && !site.at_entry;
  }
  return place;
}

namespace {

class DwarfScope final : public VariableScope {
 public:
  DwarfScope(std::shared_ptr<debug::Module> module, debug::CodePoint point, uint64_t scope,
             ir::Mechanism mechanism, ResolveContext& context)
      : DwarfScope(code_place(std::move(module), point, scope, mechanism), context) {}
  DwarfScope(CodePlace place, ResolveContext& context)
      : VariableScope(context),
        module_(std::move(place.module)),
        scope_(place.scope),
        has_result_(place.has_result),
        site_(std::move(place.site)) {}

  std::vector<std::string> listing() override;
  std::vector<std::pair<std::string, std::string>> readable() override;
  std::shared_ptr<const CodePlace> place() const override {
    return std::make_shared<CodePlace>(CodePlace{module_, scope_, has_result_, site_});
  }
  std::string sharing_key() const override {
    return base_key() + "@" + std::to_string(site_.point.pc) + "/" +
           std::to_string(site_.point.view) + "/" + std::to_string(scope_);
  }
  std::string sharing_key(const std::vector<std::string>& used) const override;
  debug::TypePtr type_named(const std::string& name) override { return module_->type_named(name); }
  bool is_kernel() const override { return site_.kernel.has_value(); }

 protected:
  ct::Result<Root, Diagnostic> find(const std::string& name, const Span& at) override;
  ct::Result<Root, Diagnostic> find_var(const ast::AtVar& var) override;
  std::optional<std::vector<VarsEntry>> group(const std::string& name) override;
  LocationSite location_site() const override { return site_; }

 public:
  bool reads_at_exit(const ast::Target& target) override;
  std::optional<ir::Operand> lower_cfa(ContextLowering& to) override {
    debug::LocExprPtr cfa = module_->cfa_at(site_.point.pc);
    if (!cfa) return std::nullopt;
    return lower_location(*cfa, site_, to.builder());
  }

  std::string frame_key() const override {
    debug::VarLocation frame;
    frame.kind = debug::VarLocation::Value;
    frame.expr = module_->cfa_at(site_.point.pc);
    return location_text(frame);
  }

 private:
  const std::vector<debug::Variable>& variables() const;
  /// Those that are not global: of a place that is only listed, a unit's other variables need not be read.
  std::vector<debug::Variable> locals() const {
    return module_->variables_at(site_.point.pc, false, scope_);
  }
  std::string base_key() const {
    return module_->path() + (site_.is_return ? "#r" : has_result_ ? "#e" : "#");
  }
  bool is_local(const std::string& name) const;
  std::string variable_key(const debug::Variable& variable) const;
  Diagnostic gone(const debug::Variable& variable, const Span& at) const;
  ct::Result<Root, Diagnostic> root_at(const debug::VarLocation& location, debug::TypePtr type,
                                       const std::string& what, const Span& at) const;
  ct::Result<Root, Diagnostic> find_return(const Span& at) const;
  ct::Result<Root, Diagnostic> find_global(const std::string& name, const std::string& file,
                                           const std::shared_ptr<debug::Module>& module,
                                           const Span& at) const;

  std::shared_ptr<debug::Module> module_;
  uint64_t scope_;
  bool has_result_;  ///< of a .return probe
  LocationSite site_;
  mutable std::optional<std::vector<debug::Variable>> variables_;
};

const std::vector<debug::Variable>& DwarfScope::variables() const {
  if (!variables_) variables_ = module_->variables_at(site_.point.pc, true, scope_);
  return *variables_;
}

ct::Result<Root, Diagnostic> DwarfScope::root_at(const debug::VarLocation& location,
                                                 debug::TypePtr type, const std::string& what,
                                                 const Span& at) const {
  ct::Status readable = check_location(location, site_);
  if (!readable)
    return semantic_problem("variable-unavailable", at,
                            "'" + what + "' cannot be read here: " + readable.text());
  return Root{type,
              [location, type](PlaceEmitter& emitter) { return emitter.variable(location, type); }};
}

ct::Result<Root, Diagnostic> DwarfScope::find_return(const Span& at) const {
  if (!has_result_)
    return semantic_problem("no-return-value", at, "'$return' is known only in a .return probe");
  debug::TypePtr type = module_->return_type(site_.point.pc);
  if (!type)
    return semantic_problem("no-return-value", at,
                            "the function returns no value, so there is no '$return'");
  return root_at(module_->return_location(site_.point.pc), type, "$return", at);
}

/// Of a uretprobe, which runs in the caller.
Diagnostic DwarfScope::gone(const debug::Variable& variable, const Span& at) const {
  std::string message = "'$" + variable.name + "' is gone when the function has returned";
  if (variable.is_parameter)
    return semantic_problem("entry-value", at,
                            message + "; its value at entry is @entry($" + variable.name + ")");
  return semantic_problem(
      "variable-unavailable", at, message,
      {"local variables can be read where the function is probed at its return "
       "instructions; here it cannot be, because " +
           (is_kernel() ? "it is the kernel's" : module_->exits(site_.point.pc).obstacle),
       "use a .statement probe on its last lines"});
}

bool DwarfScope::reads_at_exit(const ast::Target& target) {
  return has_result_ && is_local(target.name);
}

/// Is "$name" a variable of the function itself and not a parameter, or all of them?
bool DwarfScope::is_local(const std::string& name) const {
  const bool all = name == "$$locals";
  return std::any_of(variables().begin(), variables().end(), [&](const debug::Variable& variable) {
    return !variable.is_global && !variable.is_parameter && (all || "$" + variable.name == name);
  });
}

ct::Result<Root, Diagnostic> DwarfScope::find(const std::string& name, const Span& at) {
  if (name == "return") return find_return(at);
  for (const debug::Variable& variable : variables()) {
    if (variable.name != name) continue;
    if (site_.is_return && !variable.is_global) return gone(variable, at);
    return root_at(module_->location_at(variable, site_.point), variable.type, "$" + name, at);
  }
  if (module_->global_variable(name)) return find_global(name, "", module_, at);
  Diagnostic problem = semantic_problem("no-such-variable", at,
                                        "there is no variable '$" + name + "' at this probe point");
  std::vector<std::string> names;
  for (const debug::Variable& variable : variables())
    if (!variable.is_global || name.size() > 2) names.push_back(variable.name);
  hint_names(problem, name, names);
  return problem;
}

ct::Result<Root, Diagnostic> DwarfScope::find_global(const std::string& name,
                                                     const std::string& file,
                                                     const std::shared_ptr<debug::Module>& module,
                                                     const Span& at) const {
  std::optional<debug::Variable> variable =
      file.empty() ? module->global_variable(name) : variable_of_file(*module, name, file);
  if (!variable)
    return semantic_problem("no-such-variable", at,
                            "there is no global variable '" + name + "'" +
                                (file.empty() ? "" : " of file '" + file + "'") + " in " +
                                module->path(),
                            split_file_hints(*module));
  debug::VarLocation location = module->location_at(*variable, site_.point);
  if (module == module_) return root_at(location, variable->type, name, at);
  // A process runs one program; another one's variables are not in it, whatever is at their addresses.
  if (module_->entry() && module->entry() && !is_kernel())
    return semantic_problem("variable-unavailable", at,
                            "'" + name + "' is in " + module->path() +
                                ", and the probe is in another program: " + module_->path());
  LocationSite there = site_;
  const ct::Result<debug::LoadMark> mark = module->load_mark();
  if (mark) {
    there.loaded = std::make_shared<LoadedObject>(LoadedObject{*mark, module->path()});
    there.kernel.reset();  // of a probe in the kernel, it is the process that runs
    there.space = ir::Space::User;
  } else if (!module->has_fixed_addresses()) {
    return semantic_problem(
        "variable-unavailable", at,
        "'" + name + "' is in " + module->path() +
            ", and where that is loaded cannot be told from here: " + mark.failure().text(),
        {"probe a function of that object to read its variables"});
  }
  there.fixed_address = module->has_fixed_addresses();
  if (ct::Status readable = check_location(location, there); !readable)
    return semantic_problem("variable-unavailable", at,
                            "'" + name + "' cannot be read here: " + readable.text());
  debug::TypePtr type = variable->type;
  return Root{type, [location, type, there](PlaceEmitter& emitter) {
                // A program's own thread-local variables are found without its addresses.
                if (there.loaded && uses_thread_pointer(location))
                  require_loaded(*there.loaded, emitter.to().builder());
                return PlaceEmitter(emitter.to(), there).variable(location, type);
              }};
}

ct::Result<Root, Diagnostic> DwarfScope::find_var(const ast::AtVar& var) {
  size_t mark = var.target.find('@');
  std::string name = var.target.substr(0, mark);
  std::string file = mark == std::string::npos ? "" : var.target.substr(mark + 1);
  if (var.module.empty() && file.empty()) return find(name, var.span);
  const bool is_own = var.module.empty() || (is_kernel() && var.module == "kernel");
  std::shared_ptr<debug::Module> module = is_own ? module_ : context_.named_object(var.module);
  if (module) return find_global(name, file, module, var.span);
  Diagnostic problem =
      semantic_problem("no-such-object", var.span, "cannot find object '" + var.module + "'");
  if (name == "errno")
    problem.hint(
        "@errno is the C library's variable, where stap looks for it; a syscall's own error "
        "is in syscall.*.return");
  return problem;
}

std::optional<std::vector<VarsEntry>> DwarfScope::group(const std::string& name) {
  bool parms = name == "$$vars" || name == "$$parms";
  bool locals = name == "$$vars" || name == "$$locals";
  std::vector<VarsEntry> entries;
  if (name == "$$return") {
    if (!has_result_) return std::nullopt;
    debug::TypePtr type = module_->return_type(site_.point.pc);
    if (!type) return entries;
    auto root = find_return({});
    entries.push_back({"return", type, root ? root->emit : nullptr});
    return entries;
  }
  if (!parms && !locals) return std::nullopt;
  for (const debug::Variable& variable : variables()) {
    if (variable.is_global || !(variable.is_parameter ? parms : locals)) continue;
    if (site_.is_return) {
      entries.push_back({variable.name, variable.type, nullptr});
      continue;
    }
    auto root =
        root_at(module_->location_at(variable, site_.point), variable.type, variable.name, {});
    entries.push_back({variable.name, variable.type, root ? root->emit : nullptr});
  }
  return entries;
}

std::vector<std::string> DwarfScope::listing() {
  std::vector<std::string> lines;
  if (has_result_)
    if (debug::TypePtr type = module_->return_type(site_.point.pc))
      lines.push_back("$return:" + spelling(type));
  LocationSite entry = site_;
  entry.is_return = false;
  for (const debug::Variable& variable : locals()) {
    if (check_location(module_->location_at(variable, site_.point), entry))
      lines.push_back("$" + variable.name + ":" + spelling(variable.type));
  }
  return lines;
}

std::vector<std::pair<std::string, std::string>> DwarfScope::readable() {
  std::vector<std::pair<std::string, std::string>> found;
  for (const debug::Variable& variable : locals()) {
    const debug::VarLocation location = module_->location_at(variable, site_.point);
    if (check_location(location, site_))
      found.emplace_back("$" + variable.name + ":" + spelling(variable.type),
                         location_words(location, module_->machine()));
  }
  return found;
}

std::string DwarfScope::variable_key(const debug::Variable& variable) const {
  debug::VarLocation location = module_->location_at(variable, site_.point);
  std::string key = variable.name + ":" + spelling(variable.type) + ":" +
                    std::to_string(variable.type ? variable.type->byte_size() : 0) + "=" +
                    location_text(location);
  if (uses_static_address(location) && !site_.fixed_address)
    key += "@" + std::to_string(site_.point.pc);
  return key;
}

std::string DwarfScope::sharing_key(const std::vector<std::string>& used) const {
  std::string key = base_key();
  if (!used.empty() && site_.at_entry) key += "entry";  // registers are still the caller's
  for (const std::string& name : used) {
    if (name.starts_with("@var")) return sharing_key();
    if (name == "$return" || name == "$$return") {
      debug::TypePtr type = module_->return_type(site_.point.pc);
      key += ";return:" + (type ? spelling(type) + ":" + std::to_string(type->byte_size()) : "");
      if (type) key += location_text(module_->return_location(site_.point.pc));
      continue;
    }
    // The others are saved at the entry, whose scope has a key of its own.
    if (has_result_ && !site_.is_return && !is_local(name) && name != "$$vars") continue;
    bool is_group = name.starts_with("$$"), found = false;
    for (const debug::Variable& variable : variables()) {
      if (is_group ? variable.is_global : "$" + variable.name != name) continue;
      key += ";" + variable_key(variable);
      found = true;
      if (!is_group) break;
    }
    if (found || is_group) continue;
    // An external variable of another unit, or nothing at all.
    if (!module_->global_variable(name.substr(1)))
      key += ";" + name + " missing";
    else if (!site_.fixed_address)
      return sharing_key();
  }
  return key;
}

}  // namespace

std::shared_ptr<ContextScope> make_dwarf_scope(std::shared_ptr<debug::Module> module,
                                               debug::CodePoint point, uint64_t scope,
                                               ir::Mechanism mechanism, ResolveContext& context) {
  return std::make_shared<DwarfScope>(std::move(module), point, scope, mechanism, context);
}

}  // namespace coretap::probes
